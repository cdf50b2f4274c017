"""Passwords of operators: long, hard to guess, stored as scrypt hashes."""

import secrets
from collections.abc import Sequence
from functools import cache
from typing import Final

from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST: Final = 15  # NIST SP 800-63B-4, 3.1.1.2
LONGEST: Final = 200
LEAST_GUESSES_LOG10: Final = 10  # powers of ten that a guesser needs: zxcvbn's highest grade
READ_BY_ZXCVBN: Final = 72
# OWASP's password storage cheat sheet: N = 2^15, r = 8, p = 3; 32 MB and about 0.2 s each.
METHOD: Final = "scrypt:32768:8:3"


class WeakPasswordError(Exception):
    """The password can be guessed. The message is for the person who chose it."""


def check_new(password: str, personal_words: Sequence[str]) -> None:
    """Raise `WeakPasswordError` unless it is long and in no list of common ones. `personal_words`: words close to its owner."""
    if len(password) < SHORTEST:
        raise WeakPasswordError(
            f"Use {SHORTEST} characters or more. A few random words are easy to keep in mind."
        )
    if len(password) > LONGEST:
        raise WeakPasswordError(f"Use {LONGEST} characters at most.")
    from zxcvbn import zxcvbn  # its word lists take a moment to load

    estimate = zxcvbn(password[:READ_BY_ZXCVBN], user_inputs=list(personal_words))
    if estimate["guesses_log10"] < LEAST_GUESSES_LOG10:
        raise WeakPasswordError(
            "That is among the passwords that are tried first: common words, rows of keys or repeats. "
            "Let a password manager make one, or take a few random words."
        )


def hash_password(password: str) -> str:
    """What is stored."""
    return generate_password_hash(password, METHOD)


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password. Takes as long when there is none to compare with."""
    right = check_password_hash(stored or _dummy_hash(), password[:LONGEST])
    return right and stored is not None


@cache
def _dummy_hash() -> str:
    return hash_password(secrets.token_hex())
