"""A mail as it is sent: built anew for each recipient (MAIL-23), safe from header injection (MAIL-16)."""

import binascii
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from carrel.settings import Settings

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_LINE = 75  # RFC 2047, 2: no encoded word is longer
# Invisible, and part of how a word is written: Persian and Hindi join letters with them, emoji make flags.
MEANT = re.compile("[\u200c\u200d\U000e0020-\U000e007f]")


class InvalidHeaderError(ValueError):
    """A header's value contains a line break or a NUL: an attempt at header injection."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} contains a line break or a NUL")
        self.name = name


@dataclass(frozen=True)
class Content:
    """A composed mail, not yet for anybody: `name` is "payments/purchased"."""

    name: str
    subject: str
    text: str
    html: str


class MailPolicy(EmailPolicy):
    """SMTP's rules, but a plain ASCII header is one line, never parsed, folded or encoded.

    The stock policy encodes a long List-Unsubscribe as RFC 2047, which breaks one-click leaving
    silently; a longer line for *all* headers would break RFC 2047's own limit of 75 in a subject. Not
    parsing makes bulk mail four times as fast.
    """

    def header_max_count(self, name: str) -> int:
        """Each header once; a second one is an error."""
        return 1

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keep a header as it was given."""
        return name, value

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        """Give it back as it was."""
        return value

    def fold(self, name: str, value: str) -> str:
        """One header as text."""
        return self.fold_binary(name, value).decode("utf-8")

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as bytes."""
        is_plain = value.isascii() and "=?" not in value
        return f"{name}: {value}\r\n".encode() if is_plain else _encoded(self, name, value)


@lru_cache(maxsize=256)  # From and the subject are the same in thousands of mails
def _encoded(policy: EmailPolicy, name: str, value: str) -> bytes:
    """A header with letters beyond ASCII (RFC 2047).

    The whole text becomes encoded words, spaces too: the stock folding encodes some words and leaves others, and
    loses the space between two that it encodes.
    """
    if policy.utf8 and name == "To":
        return f"{name}: {value}\r\n".encode()  # RFC 6531: an address cannot be encoded
    words, address = parseaddr(value) if name == "From" else (value, "")
    text = Header(words, "utf-8", maxlinelen=LONGEST_LINE, header_name=name).encode(linesep="\r\n")
    return f"{name}: {text}{f' <{address}>' if address else ''}\r\n".encode("ascii")


POLICY = MailPolicy(linesep="\r\n", raise_on_defect=False, header_factory=HeaderRegistry())
UTF8_POLICY = POLICY.clone(utf8=True)  # for a local part that only SMTPUTF8 can carry (RFC 6531)


def build(
    content: Content,
    *,
    sender: str,
    to: str,
    message_id: str,
    date: datetime,
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """The mail for one recipient, text and HTML. `to` is the wire form. Raises `InvalidHeaderError`."""
    message = EmailMessage(POLICY if to.isascii() else UTF8_POLICY)
    fixed = {
        "From": sender,
        "To": to,
        "Subject": content.subject,
        "Date": format_datetime(date),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834: nobody's holiday note should answer
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{secrets.token_hex(12)}"',
    }
    for name, value in (fixed | dict(headers or {})).items():
        if CONTROL.search(value):
            raise InvalidHeaderError(name)
        message[name] = value
    message.attach(_part("plain", content.text))
    message.attach(_part("html", content.html))
    return message


def to_bytes(message: MIMEPart) -> bytes:
    """The mail as it goes over the wire, without the dots that SMTP adds.

    Written out here because the standard generator goes line by line, which bulk mail cannot afford.
    """
    if not message.is_multipart():
        return _head(message) + str(message.get_payload()).replace("\n", "\r\n").encode("ascii")
    edge = f"--{message.get_boundary()}".encode()
    parts = [b"\r\n".join((edge, to_bytes(part))) for part in message.iter_parts()]
    return b"\r\n".join([_head(message), *parts, edge + b"--", b""])


def double_dots(body: bytes) -> bytes:
    """The mail as SMTP carries it: a dot that begins a line is doubled (RFC 5321, 4.5.2). The first line is a header."""
    return body.replace(b"\n.", b"\n..")


def _head(message: MIMEPart) -> bytes:
    lines = (message.policy.fold_binary(name, value) for name, value in message.raw_items())
    return b"".join(lines) + b"\r\n"


def message_id(settings: Settings, kind: str, stable_id: object) -> str:
    """The same id whenever the same row is sent again (MAIL-04), on our own domain."""
    return f"<{kind}.{stable_id}@{parseaddr(settings.mail_from)[1].rpartition('@')[2]}>"


def one_line(text: str, limit: int = 200) -> str:
    """Somebody's text made fit for a subject: no control or direction marks, one line, bounded (MF-27)."""
    # Cc: control, Cf: invisible marks, some of which turn the reading direction.
    visible = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text
        if unicodedata.category(character) not in {"Cf", "Cs"} or MEANT.match(character)
    )
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _part(subtype: str, text: str) -> EmailMessage:
    # Encoded here by the C codec: the standard library's own is slow, and takes its line length from
    # the policy where RFC 2045 allows 76.
    part = EmailMessage(POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    encoded = binascii.b2a_qp(unix.encode("utf-8", "replace"), istext=True)
    part.set_payload(encoded.decode("ascii"))
    return part
