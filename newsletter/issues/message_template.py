"""A composed issue made ready: built once as bytes, then only the recipient's own values are put in.

Nothing is kept from one recipient to the next: the bytes between the marks are the same for all, and
what stands at the marks comes from the recipient alone (MAIL-23).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import pairwise

from carrel import clock
from carrel.mail.message import CONTROL, Content, InvalidHeaderError, build, message_id, to_bytes
from carrel.settings import Settings
from newsletter.issues.issue_mail import MARK
from newsletter.subscribers.links import list_headers, with_token

TO, ID, DATE = "0to0of0the0recipient0", "0id0of0the0delivery0", "0date0of0the0mail0"
_IN_HEAD = re.compile("|".join((MARK, TO, ID, DATE)).encode())
# In the body quoted-printable may have cut the mark in two with a soft line break (RFC 2045, 6.7).
_IN_BODY = re.compile(b"(?:=\r\n)?".join(each.encode() for each in MARK))


@dataclass(frozen=True)
class MessageTemplate:
    """The mail of one rendering: bytes, and the marks between them; in the body each is a token."""

    settings: Settings
    content: Content
    head: tuple[bytes, ...]  # bytes, mark, bytes, mark … bytes
    body: tuple[bytes, ...]

    def for_recipient(self, *, to: str, token: str, delivery_id: int, date: datetime) -> bytes:
        """The mail as it goes to one recipient. `to` is the wire form. Raises `InvalidHeaderError`."""
        if not to.isascii():
            return self._anew(to, token, delivery_id, date)
        if CONTROL.search(to) or CONTROL.search(token):
            raise InvalidHeaderError("To")
        own = {
            MARK.encode(): token.encode("ascii"),
            TO.encode(): to.encode("ascii"),
            ID.encode(): str(delivery_id).encode(),
            DATE.encode(): format_datetime(date).encode(),
        }
        head = [own[part] if number % 2 else part for number, part in enumerate(self.head)]
        return b"".join([*head, _on_lines_of_its_own(token).join(self.body)])

    def _anew(self, to: str, token: str, delivery_id: int, date: datetime) -> bytes:
        """For an address that only SMTPUTF8 can carry, whose headers are encoded otherwise."""
        own = Content(
            self.content.name,
            self.content.subject,
            self.content.text.replace(MARK, token),
            self.content.html.replace(MARK, token),
        )
        return to_bytes(
            _build(
                self.settings,
                own,
                to=to,
                stable_id=str(delivery_id),
                date=format_datetime(date),
                token=token,
            )
        )


def prepare(settings: Settings, content: Content) -> MessageTemplate:
    """The mail, built once. Raises `InvalidHeaderError`."""
    raw = to_bytes(_build(settings, content, to=TO, stable_id=ID, date=DATE, token=MARK))
    head_ends = raw.index(b"\r\n\r\n")
    found = list(_IN_HEAD.finditer(raw, 0, head_ends))
    edges = [0, *(edge for match in found for edge in match.span()), head_ends]
    head = tuple(raw[start:end] for start, end in pairwise(edges))
    return MessageTemplate(settings, content, head, tuple(_IN_BODY.split(raw[head_ends:])))


def _build(
    settings: Settings, content: Content, *, to: str, stable_id: str, date: str, token: str
) -> EmailMessage:
    return build(
        content,
        sender=settings.mail_from,
        to=to,
        message_id=message_id(settings, "digest", stable_id),
        date=clock.now(),
        headers={**list_headers(settings, with_token(settings, token)), "Date": date},
    )


def _on_lines_of_its_own(token: str) -> bytes:
    """The token between soft line breaks: quoted-printable has room for 76 characters in a line."""
    value, dot, signature = token.partition(".")
    return f"=\r\n{value}{dot}=\r\n{signature}=\r\n".encode("ascii")
