"""Verifying webhook signatures: HMAC over the raw body, by one of our secrets, at most five minutes old.

https://docs.stripe.com/webhooks#verify-official-libraries
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from stripe import SignatureVerificationError, WebhookSignature

from carrel import clock

TOLERANCE_SECONDS: Final = 300


class WebhookSignatureError(Exception):
    """None of our secrets made this signature."""


class SignatureTimestampError(Exception):
    """The signature is valid, but too old. Carries its age in seconds."""

    def __init__(self, age: int) -> None:
        self.age = age
        super().__init__(str(age))


def verify(body: bytes, header: str, secrets: Sequence[str]) -> int:
    """The signature's age in seconds, negative when its timestamp is in the future.

    While a secret is being rolled, Stripe signs with both, and we accept either. Raises
    `WebhookSignatureError`, `SignatureTimestampError`.
    """
    if not any(_is_valid(body, header, secret) for secret in secrets):
        raise WebhookSignatureError
    # The first `t=`, which the library uses too: a second one is not covered by the signature.
    timestamp = next(int(part.split("=")[1]) for part in header.split(",") if part.startswith("t="))
    age = int(clock.now().timestamp()) - timestamp
    if age > TOLERANCE_SECONDS:
        raise SignatureTimestampError(age)
    return age


def _is_valid(body: bytes, header: str, secret: str) -> bool:
    # The library compares in constant time, and rejects an empty secret.
    try:
        return bool(WebhookSignature.verify_header(body, header, secret, tolerance=None))
    except (SignatureVerificationError, ValueError):  # ValueError: the bytes are not UTF-8
        return False


class SignatureFailureCounter:
    """Counts invalid signatures in this process, to alert on many within ten minutes."""

    def __init__(self, threshold: int = 20, seconds: float = 600) -> None:
        self._threshold, self._seconds = threshold, seconds
        self._moments: deque[float] = deque(maxlen=threshold)
        self._lock = threading.Lock()

    def record(self) -> bool:
        """Count one. Whether this reaches the threshold; counting then starts over."""
        now = time.monotonic()
        with self._lock:
            self._moments.append(now)
            if len(self._moments) < self._threshold or now - self._moments[0] > self._seconds:
                return False
            self._moments.clear()
            return True
