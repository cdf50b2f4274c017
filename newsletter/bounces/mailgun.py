"""Mailgun's webhooks (documentation.mailgun.com: Webhooks, Securing Webhooks, Event Structure)."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import AnyReport, Report, UnsubscribeReport, kind_of, moment, optional, text

SOURCE = "mailgun"
# The signature is of time and token alone, so an old one could be put over another text. Mailgun repeats a webhook
# that was not answered for eight hours.
LONGEST_AGE_SECONDS = 12 * 3600
# Why Mailgun gave up for good. Only for these it has put the address on a list of its own; for others (a spam filter, a
# server that was away for too long) the server's reply decides.
LISTED = {
    "bounce": BounceKind.HARD,
    "delayed-bounce": BounceKind.HARD,
    "suppress-bounce": BounceKind.HARD,
    "suppress-complaint": BounceKind.COMPLAINT,
}


def is_genuine(key: str, data: Mapping[str, Any]) -> bool:
    """Whether Mailgun signed it, with our key and lately."""
    stamp, token = optional(data, "signature", "timestamp"), optional(data, "signature", "token")
    expected = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), optional(data, "signature", "signature").encode()):
        return False
    return stamp.isascii() and stamp.isdigit() and abs(time.time() - int(stamp[:12])) < LONGEST_AGE_SECONDS


def reports(data: Mapping[str, Any]) -> list[AnyReport]:
    """What a webhook says. Raises `UnreadableReportError`."""
    event = _mapping(data, "event-data")
    match optional(event, "event"), optional(event, "severity"), optional(event, "reason"):
        case ("unsubscribed", _, _) | ("failed", "permanent", "suppress-unsubscribe"):
            return [UnsubscribeReport(SOURCE, text(event, "recipient"), moment(event, "timestamp"))]
        case "failed", severity, reason:
            kind = _kind_of_failure(event, reason) if severity == "permanent" else BounceKind.SOFT
        case "complained", _, _:
            kind = BounceKind.COMPLAINT
        case _:
            return []
    message_id = optional(event, "message", "headers", "message-id")
    return [Report(SOURCE, text(event, "id"), kind, text(event, "recipient"), message_id, _words(event))]


def _kind_of_failure(event: Mapping[str, Any], reason: str) -> BounceKind:
    status = _mapping(event, "delivery-status")
    if optional(status, "bounce-type") == "soft":
        return BounceKind.SOFT
    return LISTED.get(reason) or kind_of(optional(status, "enhanced-code"), _words(event))


def _words(event: Mapping[str, Any]) -> str:
    status = _mapping(event, "delivery-status")
    return optional(status, "message") or optional(status, "description") or optional(event, "reason")


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}
