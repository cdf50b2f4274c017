"""Random tokens, their hashes, and signatures with a purpose.

A token that a person holds is random and stored hashed; a value that must be recognized without
being stored is signed. A signature names its purpose, so that one made for leaving the newsletter
cannot sign anybody in (ASVS 9.2).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from carrel.db import Base

TOKEN_BYTES = 32  # 256 bits
MINIMUM_KEY_BYTES = 32


class InvalidSignatureError(Exception):
    """A signed value was not signed by us for this purpose."""


class SiteSecret(Base):
    """A secret that is born with the database and lives in its backups: it never rotates."""

    __tablename__ = "site_secret"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


def site_secret(session: Session, name: str) -> bytes:
    """The never-rotating secret of that name (32 bytes). The migrations put it there. Asked once in a session."""
    return session.get_one(SiteSecret, name).value


def new_token() -> str:
    """256 random bits, URL-safe, 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored of a random token: SHA-256, 32 bytes. Enough, as the token itself is random."""
    return hashlib.sha256(token.encode()).digest()


class Signer:
    """Signs with the first key and recognizes all of them, so that keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key.encode()) < MINIMUM_KEY_BYTES for key in keys):
            raise ValueError("every secret key needs 32 bytes or more")
        self._keys = [key.encode() for key in keys]

    def sign(self, purpose: str, value: str) -> str:
        """`value.signature`; the value stays readable."""
        return f"{value}.{_mac(self._keys[0], purpose, value)}"

    def derive(self, purpose: str, value: str) -> list[bytes]:
        """32 secret bytes for this purpose and value, under each key: what need not be stored to be known."""
        return [hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256") for key in self._keys]

    def value_of(self, purpose: str, signed: str) -> str:
        """The value of a signed string. Raises `InvalidSignatureError`."""
        value, _, signature = signed.rpartition(".")
        expected = [_mac(key, purpose, value) for key in self._keys]
        matches = [hmac.compare_digest(signature.encode(), candidate.encode()) for candidate in expected]
        if not any(matches):  # all are compared, so that the time tells nothing
            raise InvalidSignatureError(purpose)
        return value


def _mac(key: bytes, purpose: str, value: str) -> str:
    digest = hmac.digest(key, f"{purpose}\0{value}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
