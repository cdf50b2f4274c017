"""The bytes of each mail. A composed mail is built once; then only the recipient's own values are filled in.

Nothing is kept from one recipient to the next: the bytes between the placeholders are the same for all, and
what replaces the placeholders comes from the recipient alone (MAIL-23).
"""

import quopri
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from itertools import pairwise

from carrel import clock
from carrel.mail import addresses
from carrel.mail.message import CONTROL, Content, InvalidHeaderError, build, double_dots, message_id, to_bytes
from carrel.services import Services
from carrel.settings import Settings
from newsletter.delivery import message_ids
from newsletter.delivery.leases import LeasedDelivery, SubscriberErasedError
from newsletter.delivery.recipient_notes import RecipientNote
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.issues.models import MailVariant
from newsletter.subscribers import links

TO, ID, DATE = "0to0of0the0recipient0", "0id0of0the0delivery0", "0date0of0the0mail0"
TEXT_NOTE, HTML_NOTE = "0note0in0the0text0", "0note0in0the0html0"
NOTE_MARK = '<div class="recipient-note"></div>'  # where the template of a digest has room for a note
_IN_HEAD = re.compile("|".join((TOKEN_PLACEHOLDER, TO, ID, DATE)).encode())
# In the body quoted-printable may have cut a placeholder in two with a soft line break (RFC 2045, 6.7).
_IN_BODY = re.compile(
    b"|".join(
        b"(?:=\r\n)?".join(character.encode() for character in placeholder)
        for placeholder in (TOKEN_PLACEHOLDER, TEXT_NOTE, HTML_NOTE)
    )
)
CACHE_SIZE = 64  # templates of up to 100 kB each


@dataclass(frozen=True)
class MessageTemplate:
    """The mail of one variant, cut at its placeholders."""

    settings: Settings
    content: Content
    head: tuple[bytes, ...]  # bytes, placeholder, bytes, placeholder … bytes
    body: tuple[bytes, ...]

    def for_recipient(
        self, *, to: str, token: str, stable_id: str, date: datetime, note: RecipientNote | None = None
    ) -> bytes:
        """The mail as SMTP carries it to one recipient. `to` is the wire form. Raises `InvalidHeaderError`."""
        if not to.isascii():
            return self._build_again(to, token, stable_id, date, note)
        if CONTROL.search(to) or CONTROL.search(token):
            raise InvalidHeaderError("To")
        values = {
            TOKEN_PLACEHOLDER.encode(): token.encode("ascii"),
            TO.encode(): to.encode("ascii"),
            ID.encode(): stable_id.encode("ascii"),
            DATE.encode(): _date_header(date.replace(microsecond=0)),
        }
        in_body = {
            TOKEN_PLACEHOLDER.encode(): _with_soft_breaks(token),
            TEXT_NOTE.encode(): _quoted(note.text(self.settings) if note else ""),
            HTML_NOTE.encode(): _quoted(note.html(self.settings) if note else ""),
        }
        head = [values[part] if number % 2 else part for number, part in enumerate(self.head)]
        body = [in_body[part] if number % 2 else part for number, part in enumerate(self.body)]
        return b"".join([*head, *body])

    def _build_again(
        self, to: str, token: str, stable_id: str, date: datetime, note: RecipientNote | None
    ) -> bytes:
        """For an address that only SMTPUTF8 can carry, whose headers are encoded otherwise."""
        text, html = (
            part.replace(TOKEN_PLACEHOLDER, token) for part in (self.content.text, self.content.html)
        )
        text = text.replace(TEXT_NOTE, note.text(self.settings) if note else "")
        html = html.replace(HTML_NOTE, note.html(self.settings) if note else "")
        content = Content(self.content.name, self.content.subject, text, html)
        sent_at = format_datetime(date)
        mail = _build(self.settings, content, to=to, stable_id=stable_id, date=sent_at, token=token)
        return double_dots(to_bytes(mail))


def make_template(settings: Settings, content: Content) -> MessageTemplate:
    """Build the mail once, for all recipients. Raises `InvalidHeaderError`."""
    if NOTE_MARK in content.html:
        html = content.html.replace(NOTE_MARK, HTML_NOTE, 1)
        content = Content(content.name, content.subject, TEXT_NOTE + content.text, html)
    raw = to_bytes(_build(settings, content, to=TO, stable_id=ID, date=DATE, token=TOKEN_PLACEHOLDER))
    end_of_head = raw.index(b"\r\n\r\n")
    head = _cut(raw[:end_of_head], _IN_HEAD)
    first, *others = _cut(raw[end_of_head:], _IN_BODY)
    # What is filled in ends with a line break, so that a dot behind it begins a line.
    dotted = (b"." + part if part.startswith(b".") else part for part in map(double_dots, others))
    body = (
        double_dots(first),
        *(part.replace(b"=\r\n", b"") if n % 2 == 0 else part for n, part in enumerate(dotted)),
    )
    return MessageTemplate(settings, content, head, body)


def _cut(raw: bytes, placeholders: re.Pattern[bytes]) -> tuple[bytes, ...]:
    matches = placeholders.finditer(raw)
    edges = [0, *(edge for match in matches for edge in match.span()), len(raw)]
    return tuple(raw[start:end] for start, end in pairwise(edges))


def _build(
    settings: Settings, content: Content, *, to: str, stable_id: str, date: str, token: str
) -> EmailMessage:
    list_headers = links.list_headers(settings, links.with_token(settings, token))
    return build(
        content,
        sender=settings.mail_from,
        to=to,
        message_id=message_id(settings, message_ids.KIND, stable_id),
        date=clock.now(),
        headers={**list_headers, "Date": date},
    )


def _quoted(text: str) -> bytes:
    """A note on lines of its own, as quoted-printable."""
    if not text:
        return b"=\r\n"
    lines = quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")
    return double_dots(b"=\r\n" + lines + (b"" if text.endswith("\n") else b"=\r\n"))


@lru_cache(maxsize=1)  # hundreds of mails go in the same second
def _date_header(date: datetime) -> bytes:
    return format_datetime(date).encode()


def _with_soft_breaks(token: str) -> bytes:
    """The token on lines of its own: quoted-printable has room for 76 characters in a line."""
    value, dot, signature = token.partition(".")
    return f"=\r\n{value}{dot}=\r\n{signature}=\r\n".encode("ascii")


class MessageBuilder:
    """Makes the mails of one process. It keeps the templates that were used last."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._templates: OrderedDict[int, MessageTemplate] = OrderedDict()

    def build(self, delivery: LeasedDelivery) -> tuple[bytes, str]:
        """The mail for this recipient, and the address as SMTP gets it. Raises `SubscriberErasedError`, `ValueError`."""
        if delivery.email is None or delivery.address_hash is None:
            raise SubscriberErasedError
        to = addresses.parse(delivery.email).wire
        token = links.token_of(self._services.signer, delivery.address_hash)
        template = self._template(delivery.variant_id)
        stable_id = message_ids.stable_id(self._services.signer, delivery.id)
        mail = template.for_recipient(
            to=to, token=token, stable_id=stable_id, date=clock.now(), note=delivery.note
        )
        return mail, to

    def _template(self, variant_id: int) -> MessageTemplate:
        if variant_id not in self._templates:
            self._templates[variant_id] = self._make_template(variant_id)
            if len(self._templates) > CACHE_SIZE:
                self._templates.popitem(last=False)
        self._templates.move_to_end(variant_id)
        return self._templates[variant_id]

    def _make_template(self, variant_id: int) -> MessageTemplate:
        with self._services.db.read() as session:
            variant = session.get_one(MailVariant, variant_id)
        content = Content("newsletter/digest", variant.subject or "", variant.text or "", variant.html or "")
        return make_template(self._services.settings, content)
