"""The sign-up form as a request sends it, and where the request came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import request

from carrel import clock
from carrel.http import cookies
from carrel.http.routing import address_parts
from carrel.tokens import InvalidSignatureError, Signer, new_token
from newsletter.subscribers.models import Frequency
from newsletter.subscribers.sign_up import RequestOrigin

SHOWN = "subscribe form shown"
QUICKEST = timedelta(seconds=2)
LONGEST_PAGE = 80


@dataclass(frozen=True)
class SignUpForm:
    """What was typed and ticked, to be shown again when something is wrong with it."""

    email: str
    exams: tuple[str, ...]
    topics: tuple[str, ...]
    frequency: str

    @classmethod
    def sent(cls) -> "SignUpForm":
        """The form of this request; a form without a frequency means the usual one."""
        form = request.form
        return cls(
            form.get("email", ""),
            tuple(form.getlist("exam")),
            tuple(form.getlist("topic")),
            form.get("pace", Frequency.WEEKLY),
        )

    @classmethod
    def blank(cls, email: str, exams: list[str]) -> "SignUpForm":
        """An empty form, with the address if it is known, and these exams ticked."""
        return cls(email, tuple(exams), (), Frequency.WEEKLY)


def is_robot() -> bool:
    """Whether the field that people cannot see was filled in."""
    return bool(request.form.get("website"))


def sign_time(signer: Signer) -> str:
    """When the form was shown. Only a page that is not cached can say it: cached ones are older than their visitors."""
    return signer.sign(SHOWN, str(int(clock.now().timestamp())))


def is_too_quick(signer: Signer, form: Mapping[str, str]) -> bool:
    """Whether the form came back sooner than anybody types, or with an invalid signature."""
    if not (mark := form.get("shown")):
        return False
    try:
        shown = int(signer.value_of(SHOWN, mark))
    except InvalidSignatureError:
        return True
    return clock.now().timestamp() - shown < QUICKEST.total_seconds()


def request_origin() -> RequestOrigin:
    """Where this request came from."""
    return RequestOrigin(request.remote_addr or "", _page(), cookies.SIGN_UP.value() or new_token())


def _page() -> str:
    """The path of the page with the form, for the record."""
    path = address_parts(request.headers.get("Referer", "")).path
    return path[:LONGEST_PAGE] if path.startswith("/") and path.isprintable() else "/subscribe/"
