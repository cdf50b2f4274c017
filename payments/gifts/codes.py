"""Gift codes: 100 bits in letters and digits that nobody confuses, such as `7KQ4M-XW2PA-9RTHC-3NEVB`.

A code is derived from the gift's random nonce and the site's first key, so that its buyer can see it again while
neither the database nor a backup holds it. It is recognized by a plain SHA-256: nobody can try 2^100 codes, and a
key would have to outlive every code on paper, where the site's keys rotate.
"""

import re
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.tokens import Signer, token_hash
from payments.gift_models import Gift

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 and O, 1 and I
LENGTH = 20  # of 5 bits each
GROUP = 5
PURPOSE = "gift code"
NONCE_BYTES = 16
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_ENDING = re.compile(f"[{ALPHABET}]{{{GROUP - 1},{GROUP}}}")
_BETWEEN = re.compile(r"[\s\u2010-\u2015-]+")  # spaces and dashes, as people and word processors write them


class MalformedCodeError(ValueError):
    """This cannot be a code. The message is a sentence for the person who typed it."""


def renew(signer: Signer, gift: Gift) -> str:
    """Give the gift a new code; one that it had no longer works."""
    gift.code_nonce = secrets.token_bytes(NONCE_BYTES)
    code = _derive(signer, gift.code_nonce)[0]
    gift.code_hash = token_hash(plain(code))
    return code


def reveal(signer: Signer, gift: Gift) -> str | None:
    """The gift's code. None once the key that it was made with is no longer in the settings."""
    codes = _derive(signer, gift.code_nonce)
    return next((code for code in codes if token_hash(plain(code)) == gift.code_hash), None)


def reveal_or_renew(signer: Signer, gift: Gift) -> str:
    """The gift's code; a new one if nobody can see the old one any more."""
    return reveal(signer, gift) or renew(signer, gift)


def find(session: Session, typed: str) -> Gift | None:
    """The gift with this code. Raises `MalformedCodeError`."""
    query = select(Gift).where(Gift.code_hash == token_hash(plain(typed)))
    return session.scalars(query).one_or_none()


def ending_with(session: Session, signer: Signer, letters: str, *, newest: int) -> list[Gift]:
    """Of the newest gifts, those whose code ends with these 4 or 5 letters: what somebody reads out to the operator.

    More letters find nothing: whoever may search could otherwise guess a whole code, one letter after the other.
    """
    ending = letters.upper()
    if not _ENDING.fullmatch(ending):
        return []
    gifts = session.scalars(select(Gift).order_by(Gift.id.desc()).limit(newest))
    return [gift for gift in gifts if any(code.endswith(ending) for code in _derive(signer, gift.code_nonce))]


def plain(typed: str) -> str:
    """A code as it is hashed: capitals, without dashes and spaces. Raises `MalformedCodeError`."""
    plain = _BETWEEN.sub("", typed).upper()
    if not _CODE.fullmatch(plain):
        raise MalformedCodeError(
            f"A code has {LENGTH} letters and digits, and never 0, O, 1 or I. Please check it again."
        )
    return plain


def _derive(signer: Signer, nonce: bytes) -> list[str]:
    """The code for this nonce under each key, the first key's first."""
    return [_encode(digest) for digest in signer.derive(PURPOSE, nonce.hex())]


def _encode(digest: bytes) -> str:
    number = int.from_bytes(digest)
    symbols = "".join(ALPHABET[number >> (5 * place) & 31] for place in range(LENGTH))
    return "-".join(symbols[start : start + GROUP] for start in range(0, LENGTH, GROUP))
