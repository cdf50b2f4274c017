"""Mail addresses: as typed, as compared, as sent, and as shown to somebody who may not know them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import idna

LONGEST = 254  # RFC 5321, 4.5.3.1.3: a path of 256 octets with its brackets
LONGEST_LOCAL_PART = 64
# RFC 5322 dot-atom, with the letters of other scripts that RFC 6531 adds. Quoted local parts are refused.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00A1-\U0010FFFF-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_IN_TEXT = re.compile(r"""[^\s<>()\[\],;:"]+@[^\s<>()\[\],;:"]+""")


class InvalidAddressError(ValueError):
    """This is no address that mail can be sent to. The message is a sentence for the person who typed it."""


@dataclass(frozen=True)
class Address:
    """`typed` is shown, `key` is compared and unique, `wire` is what the mail server gets."""

    typed: str
    key: str
    wire: str


def parse(typed: str) -> Address:
    """The address in its three forms. Raises `InvalidAddressError`.

    Nothing is stripped from the local part: `a.b+x@` and `ab@` may be two people (MAIL-15).
    """
    typed = typed.strip()
    local, at, domain = typed.rpartition("@")
    if not at or not local or not domain:
        raise InvalidAddressError("Enter a full email address, such as name@example.org.")
    local = unicodedata.normalize("NFC", local)
    if not _LOCAL_PART.fullmatch(local) or not local.isprintable():
        raise InvalidAddressError("The part before the @ has a character that email addresses cannot have.")
    ascii_domain = _ascii(domain)
    wire = f"{local}@{ascii_domain}"
    if len(wire.encode()) > LONGEST or len(local.encode()) > LONGEST_LOCAL_PART or len(typed) > LONGEST:
        raise InvalidAddressError("That address is too long.")
    return Address(typed, f"{_lower(local)}@{ascii_domain}", wire)


def key_of(typed: str) -> str:
    """What makes the address unique: NFC, lower case, IDNA domain. Raises `InvalidAddressError`."""
    return parse(typed).key


def masked(address: str) -> str:
    """`a•••@x.org`: enough for its owner to know it again."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"


def mask_addresses(text: str) -> str:
    """The text with every address in it masked: what servers say must not outlive the person."""
    return _IN_TEXT.sub(lambda match: masked(match[0]), text)


def _lower(local: str) -> str:
    # Lower case can come out decomposed (İ), and composing can bring a capital back: settle it.
    lower = unicodedata.normalize("NFC", local.lower())
    return lower if lower == local else _lower(lower)


@lru_cache(maxsize=1024)  # a list of subscribers names few domains, each of them often
def _ascii(domain: str) -> str:
    try:
        name = idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        name = ""
    labels = name.split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdigit():
        raise InvalidAddressError("The part after the @ is not a domain, such as example.org.")
    return name
