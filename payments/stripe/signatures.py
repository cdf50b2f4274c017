"""Whether Stripe sent this: HMAC over the raw bytes, with one of the secrets, within five minutes.

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


class NotSignedError(Exception):
    """No secret of ours made this signature."""


class SignatureTimestampError(Exception):
    """Our secret made the signature, but too long ago. Carries the age in seconds."""

    def __init__(self, age: int) -> None:
        self.age = age
        super().__init__(str(age))


def check(body: bytes, header: str, secrets: Sequence[str]) -> int:
    """The signature's age in seconds, negative when it is from our future.

    While a secret is rolled, Stripe signs with both, and we accept both. Raises `NotSignedError`, `SignatureTimestampError`.
    """
    if not any(_is_signed(body, header, secret) for secret in secrets):
        raise NotSignedError
    age = int(clock.now().timestamp()) - _time_of(header)
    if age > TOLERANCE_SECONDS:
        raise SignatureTimestampError(age)
    return age


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    # Each is tried to the end: the library compares in constant time, and refuses an empty secret.
    try:
        return bool(WebhookSignature.verify_header(body, header, secret, tolerance=None))
    except (SignatureVerificationError, ValueError):  # ValueError: the bytes are not UTF-8
        return False


def _time_of(header: str) -> int:
    # The first one, as the library reads it for the signature: a second one proves nothing.
    return next(int(part.split("=")[1]) for part in header.split(",") if part.startswith("t="))


class Burst:
    """Counts forged signatures in this process: a burst is a lot of them within ten minutes."""

    def __init__(self, size: int = 20, seconds: float = 600) -> None:
        self._size, self._seconds = size, seconds
        self._moments: deque[float] = deque(maxlen=size)
        self._lock = threading.Lock()

    def is_full(self) -> bool:
        """Count one. Whether it completes a burst; the next one begins anew."""
        now = time.monotonic()
        with self._lock:
            self._moments.append(now)
            if len(self._moments) < self._size or now - self._moments[0] > self._seconds:
                return False
            self._moments.clear()
            return True
