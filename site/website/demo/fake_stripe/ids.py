"""Ids in Stripe's format: a prefix for the kind, then letters and digits."""

from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTHS = {"cs_test": 58}


def new_id(prefix: str) -> str:
    """``new_id("pi")`` → ``pi_…`` with 24 random letters and digits (58 for Checkout Sessions)."""
    length = _LENGTHS.get(prefix, 24)
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"
