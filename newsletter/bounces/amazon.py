"""What Amazon SES says, inside a message of Amazon SNS.

Fields: docs.aws.amazon.com/ses, "Amazon SNS notification contents" (`notificationType`) and "event data" (`eventType`).
"""

import json
from collections.abc import Mapping
from typing import Any

from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import (
    NOT_A_COMPLAINT,
    Report,
    UnreadableReportError,
    mappings,
    optional,
    text,
)

SOURCE = "amazon-ses"


def reports(message: str) -> list[Report]:
    """What a notification says of each recipient. Raises `UnreadableReportError`."""
    try:
        data = json.loads(message)
    except ValueError:
        return []  # SNS itself says a word when a topic is set up
    if not isinstance(data, Mapping):
        raise UnreadableReportError("the notification is not an object")
    match optional(data, "notificationType") or optional(data, "eventType"):
        case "Bounce":
            return _bounces(data)
        case "Complaint" if optional(data, "complaint", "complaintFeedbackType") not in NOT_A_COMPLAINT:
            return _complaints(data)
    return []


def _bounces(data: Mapping[str, Any]) -> list[Report]:
    is_permanent = text(data, "bounce", "bounceType") == "Permanent"
    kind = BounceKind.HARD if is_permanent else BounceKind.SOFT
    return [
        _report(data, kind, "bounce", recipient, optional(recipient, "diagnosticCode"))
        for recipient in mappings(data, "bounce", "bouncedRecipients")
    ]


def _complaints(data: Mapping[str, Any]) -> list[Report]:
    reason = optional(data, "complaint", "complaintFeedbackType")
    return [
        _report(data, BounceKind.COMPLAINT, "complaint", recipient, reason)
        for recipient in mappings(data, "complaint", "complainedRecipients")
    ]


def _report(
    data: Mapping[str, Any], kind: BounceKind, part: str, recipient: Mapping[str, Any], reason: str
) -> Report:
    address = text(recipient, "emailAddress")
    key = f"{text(data, part, 'feedbackId')}:{address}"
    # SES puts a Message-ID of its own over ours, and shows ours among the original headers if it is told to.
    ours = [
        optional(header, "value")
        for header in mappings(data, "mail", "headers")
        if optional(header, "name").lower() == "message-id"
    ]
    return Report(SOURCE, key, kind, address, ours[0] if ours else "", reason)
