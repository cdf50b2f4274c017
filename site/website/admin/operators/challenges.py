"""Challenges for passkeys: random, stored here, valid once, for five minutes, in the browser that asked for them.

The browser holds a random token in a cookie; the challenge is its SHA-256. So an answer must come
with the cookie that the challenge was issued with.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy.orm import Session

from carrel import clock
from carrel.tokens import new_token, token_hash
from website.admin.operators.models import PasskeyChallenge

LASTS: Final = timedelta(minutes=5)


class InvalidAnswerError(Exception):
    """What a passkey answered is not taken. The message is for the log."""


@dataclass(frozen=True)
class RelyingParty:
    """The site as browsers and passkeys know it: `https://host`, and its name for people."""

    origin: str
    name: str

    @property
    def rp_id(self) -> str:
        """The host that passkeys are bound to, without its port (WebAuthn, 5.1.2)."""
        return urlsplit(self.origin).hostname or ""


def issue(session: Session, operator_id: int | None) -> tuple[str, bytes]:
    """The token for the browser's cookie, and the challenge. `operator_id`: who is signed in there."""
    token = new_token()
    challenge = token_hash(token)
    until = clock.now() + LASTS
    session.add(PasskeyChallenge(challenge=challenge, operator_id=operator_id, until=until))
    return token, challenge


def consume(session: Session, token: str, operator_id: int | None) -> bytes:
    """Use the challenge up, whatever the answer will be. Raises `InvalidAnswerError` if there is none for this browser."""
    used = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge == token_hash(token),
        PasskeyChallenge.operator_id == operator_id,
        ~clock.has_passed(PasskeyChallenge.until, LASTS),
    )
    challenge = session.scalars(used.returning(PasskeyChallenge.challenge)).first()
    if challenge is None:
        raise InvalidAnswerError("no such challenge in this browser, or it was used, or is too old")
    return challenge


def delete_expired(session: Session) -> bool:
    """Throw away what nobody answered in time. Whether there was anything."""
    over = delete(PasskeyChallenge).where(clock.has_passed(PasskeyChallenge.until, LASTS))
    return bool(session.scalars(over.returning(PasskeyChallenge.challenge)).all())
