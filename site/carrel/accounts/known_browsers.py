"""Browsers that somebody has signed in with before, known by a device cookie: what floods from elsewhere cannot shut.

A device cookie opens nothing. It is signed for one account, and names a browser by a random id, so that tries can be
counted per browser; strangers have none for this account and share the limits of strangers (ADR 14).
"""

import secrets
from datetime import timedelta

from carrel import clock
from carrel.tokens import InvalidSignatureError, Signer

LASTS = timedelta(days=180)
PURPOSE = "known browser of "
BROWSER_BYTES = 12


def issue(signer: Signer, account: str) -> str:
    """A device cookie for the browser that has just signed in to this account."""
    browser, now = secrets.token_urlsafe(BROWSER_BYTES), int(clock.now().timestamp())
    return signer.sign(PURPOSE + account, f"{browser}.{now}")


def recognize(signer: Signer, account: str, cookie: str) -> str:
    """The browser's id if it is known for this account, else an empty string."""
    try:
        browser, _, issued = signer.value_of(PURPOSE + account, cookie).rpartition(".")
    except InvalidSignatureError:
        return ""
    age = clock.now().timestamp() - int(issued)
    return browser if -clock.TOLERANCE.total_seconds() < age < LASTS.total_seconds() else ""
