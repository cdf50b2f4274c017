"""The bytes of each mail. A composed mail is built once; then only the recipient's own values are filled in.

Nothing is kept from one recipient to the next: the bytes between the placeholders are the same for all, and
what replaces the placeholders comes from the recipient alone (MAIL-23).
"""

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
from newsletter.issues.issue_mail import TOKEN_PLACEHOLDER
from newsletter.issues.models import MailVariant
from newsletter.subscribers import links

TO, ID, DATE = "0to0of0the0recipient0", "0id0of0the0delivery0", "0date0of0the0mail0"
_IN_HEAD = re.compile("|".join((TOKEN_PLACEHOLDER, TO, ID, DATE)).encode())
# In the body quoted-printable may have cut the placeholder in two with a soft line break (RFC 2045, 6.7).
_IN_BODY = re.compile(b"(?:=\r\n)?".join(character.encode() for character in TOKEN_PLACEHOLDER))
CACHE_SIZE = 64  # templates of up to 100 kB each


@dataclass(frozen=True)
class MessageTemplate:
    """The mail of one variant, cut at its placeholders; in the body each of them is the token."""

    settings: Settings
    content: Content
    head: tuple[bytes, ...]  # bytes, placeholder, bytes, placeholder … bytes
    body: tuple[bytes, ...]

    def for_recipient(self, *, to: str, token: str, stable_id: str, date: datetime) -> bytes:
        """The mail as SMTP carries it to one recipient. `to` is the wire form. Raises `InvalidHeaderError`."""
        if not to.isascii():
            return self._build_again(to, token, stable_id, date)
        if CONTROL.search(to) or CONTROL.search(token):
            raise InvalidHeaderError("To")
        values = {
            TOKEN_PLACEHOLDER.encode(): token.encode("ascii"),
            TO.encode(): to.encode("ascii"),
            ID.encode(): stable_id.encode("ascii"),
            DATE.encode(): _date_header(date.replace(microsecond=0)),
        }
        head = [values[part] if number % 2 else part for number, part in enumerate(self.head)]
        return b"".join([*head, _with_soft_breaks(token).join(self.body)])

    def _build_again(self, to: str, token: str, stable_id: str, date: datetime) -> bytes:
        """For an address that only SMTPUTF8 can carry, whose headers are encoded otherwise."""
        content = Content(
            self.content.name,
            self.content.subject,
            self.content.text.replace(TOKEN_PLACEHOLDER, token),
            self.content.html.replace(TOKEN_PLACEHOLDER, token),
        )
        sent_at = format_datetime(date)
        mail = _build(self.settings, content, to=to, stable_id=stable_id, date=sent_at, token=token)
        return double_dots(to_bytes(mail))


def make_template(settings: Settings, content: Content) -> MessageTemplate:
    """Build the mail once, for all recipients. Raises `InvalidHeaderError`."""
    raw = to_bytes(_build(settings, content, to=TO, stable_id=ID, date=DATE, token=TOKEN_PLACEHOLDER))
    end_of_head = raw.index(b"\r\n\r\n")
    placeholders = list(_IN_HEAD.finditer(raw, 0, end_of_head))
    edges = [0, *(edge for match in placeholders for edge in match.span()), end_of_head]
    head = tuple(raw[start:end] for start, end in pairwise(edges))
    first, *others = (double_dots(part) for part in _IN_BODY.split(raw[end_of_head:]))
    # The token ends with a line break, so that a dot behind it begins a line.
    body = first, *(b"." + part if part.startswith(b".") else part for part in others)
    return MessageTemplate(settings, content, head, body)


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
        return template.for_recipient(to=to, token=token, stable_id=stable_id, date=clock.now()), to

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
