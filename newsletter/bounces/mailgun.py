"""Mailgun's webhooks (documentation.mailgun.com: Webhooks, Securing Webhooks, Event Structure)."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import Report, optional, text

SOURCE = "mailgun"
# The signature is of time and token alone, so an old one could be put over another text. Mailgun repeats a webhook
# that was not answered for eight hours.
LONGEST_AGE_SECONDS = 12 * 3600


def is_genuine(key: str, data: Mapping[str, Any]) -> bool:
    """Whether Mailgun signed it, with our key and lately."""
    stamp, token = optional(data, "signature", "timestamp"), optional(data, "signature", "token")
    expected = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), optional(data, "signature", "signature").encode()):
        return False
    return stamp.isascii() and stamp.isdigit() and abs(time.time() - int(stamp[:12])) < LONGEST_AGE_SECONDS


def reports(data: Mapping[str, Any]) -> list[Report]:
    """What a webhook says. Raises `UnreadableReportError`."""
    event = data.get("event-data")
    event = event if isinstance(event, Mapping) else {}
    match optional(event, "event"), optional(event, "severity"):
        case "failed", "permanent":
            kind = BounceKind.HARD
        case "failed", _:
            kind = BounceKind.SOFT
        case "complained", _:
            kind = BounceKind.COMPLAINT
        case _:
            return []
    message_id = optional(event, "message", "headers", "message-id")
    status = event.get("delivery-status")
    status = status if isinstance(status, Mapping) else {}
    reason = optional(status, "message") or optional(status, "description") or optional(event, "reason")
    return [Report(SOURCE, text(event, "id"), kind, text(event, "recipient"), message_id, reason)]
