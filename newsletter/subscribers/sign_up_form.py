"""What a subscribing visitor's request says: the form, the page it came from, the browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import request

from carrel import clock
from carrel.http.routing import address_parts
from carrel.tokens import InvalidSignatureError, Signer, new_token
from newsletter.subscribers import browser_binding_cookie
from newsletter.subscribers.models import Frequency
from newsletter.subscribers.sign_up import Visit

SHOWN = "subscribe form shown"
QUICKEST = timedelta(seconds=2)
LONGEST_PAGE = 80


@dataclass(frozen=True)
class Form:
    """What was typed and ticked, to be shown again when something is wrong with it."""

    email: str
    exams: tuple[str, ...]
    topics: tuple[str, ...]
    pace: str

    @classmethod
    def sent(cls) -> "Form":
        """The form of this request; a form without a pace means the usual one."""
        sent = request.form
        return cls(
            sent.get("email", ""),
            tuple(sent.getlist("exam")),
            tuple(sent.getlist("topic")),
            sent.get("pace", Frequency.WEEKLY),
        )

    @classmethod
    def blank(cls, email: str, exams: list[str]) -> "Form":
        """A form to fill in, with an address that is known, perhaps, and these exams ticked."""
        return cls(email, tuple(exams), (), Frequency.WEEKLY)


def is_robot() -> bool:
    """Whether the field that people cannot see was filled in."""
    return bool(request.form.get("website"))


def time_mark(signer: Signer) -> str:
    """When the form was shown. Only a page that is not kept can say it: kept ones are older than their visitors."""
    return signer.sign(SHOWN, str(int(clock.now().timestamp())))


def is_too_quick(signer: Signer, sent: Mapping[str, str]) -> bool:
    """Whether the form came back sooner than anybody types, or with a mark that is not ours."""
    if not (mark := sent.get("shown")):
        return False
    try:
        shown = int(signer.value_of(SHOWN, mark))
    except InvalidSignatureError:
        return True
    return clock.now().timestamp() - shown < QUICKEST.total_seconds()


def visit() -> Visit:
    """Where this request came from."""
    return Visit(request.remote_addr or "", _page(), browser_binding_cookie.token() or new_token())


def _page() -> str:
    """The path of the page with the form, for the record."""
    path = address_parts(request.headers.get("Referer", "")).path
    return path[:LONGEST_PAGE] if path.startswith("/") and path.isprintable() else "/subscribe/"
