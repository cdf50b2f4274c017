"""The links in every mail: they lead to an address's preferences, forever, without a login.

A link's token is the address's HMAC (the one by which suppression knows it), signed. So the same
address always has the same link, also after it was erased and came back; the database alone cannot
make one; and old keys still count (MAIL-09, MF-22, MF-33).
"""

import base64
from dataclasses import dataclass

from carrel.settings import Settings
from carrel.tokens import Signer

PURPOSE = "newsletter"


@dataclass(frozen=True)
class Links:
    """Absolute URLs for one subscriber."""

    preferences: str
    unsubscribe: str


def links_for(settings: Settings, signer: Signer, address_hash: bytes) -> Links:
    """The links of the address with this HMAC."""
    return with_token(settings, token_of(signer, address_hash))


def with_token(settings: Settings, token: str) -> Links:
    """The links that carry this token."""
    base = f"{settings.base_url}/newsletter"
    return Links(f"{base}/preferences/{token}", f"{base}/unsubscribe/{token}")


def token_of(signer: Signer, address_hash: bytes) -> str:
    """The token in the links of the address with this HMAC."""
    return signer.sign(PURPOSE, base64.urlsafe_b64encode(address_hash).rstrip(b"=").decode())


def address_hash_of(signer: Signer, token: str) -> bytes:
    """The HMAC of the address that a token is for. Raises `InvalidSignatureError`."""
    value = signer.value_of(PURPOSE, token)
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def list_headers(settings: Settings, links: Links) -> dict[str, str]:
    """The headers by which a mail program offers to unsubscribe (RFC 2369, 2919, 8058)."""
    return {
        "List-Id": f"{phrase(settings.site_name)} <newsletter.{settings.host.partition(':')[0]}>",
        "List-Unsubscribe": f"<{links.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def phrase(name: str) -> str:
    """A site's name as the phrase of a List-Id: letters, digits and spaces of ASCII alone."""
    ascii_name = (character for character in name if character.isascii() and character not in "'.-")
    words = "".join(character if character.isalnum() else " " for character in ascii_name)
    return " ".join(words.split()) or "Newsletter"
