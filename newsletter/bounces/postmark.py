"""Postmark's webhooks. They carry no signature: whoever sends them knows the password in the webhook's address.

Fields: postmarkapp.com/developer/webhooks/bounce-webhook, …/spam-complaint-webhook, …/subscription-change-webhook.
"""

import hmac
from collections.abc import Mapping
from typing import Any

from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import AnyReport, Report, UnsubscribeReport, moment, optional, text

SOURCE = "postmark"
KINDS = {
    "HardBounce": BounceKind.HARD,
    "BadEmailAddress": BounceKind.HARD,
    "ManuallyDeactivated": BounceKind.HARD,
    "Transient": BounceKind.SOFT,
    "SoftBounce": BounceKind.SOFT,
    "DnsError": BounceKind.SOFT,
    "Blocked": BounceKind.SOFT,
    "DMARCPolicy": BounceKind.SOFT,
    "Undeliverable": BounceKind.SOFT,
    "SpamNotification": BounceKind.COMPLAINT,
    "SpamComplaint": BounceKind.COMPLAINT,
}
SUPPRESSIONS = {"HardBounce": BounceKind.HARD, "SpamComplaint": BounceKind.COMPLAINT}
UNSUBSCRIBED = "Unsubscribe"  # a bounce of this type is a reply that asks for it
BY_HAND = "ManualSuppression"  # the recipient by Postmark's own link, or somebody at Postmark


def is_genuine(secret: str, password: str) -> bool:
    """Whether the request knows our secret."""
    return hmac.compare_digest(secret.encode(), password.encode())


def reports(data: Mapping[str, Any]) -> list[AnyReport]:
    """What a webhook says. Raises `UnreadableReportError`."""
    match text(data, "RecordType"):
        case "Bounce" if optional(data, "Type") == UNSUBSCRIBED:
            return [UnsubscribeReport(SOURCE, text(data, "Email"), moment(data, "BouncedAt"))]
        case "Bounce" | "SpamComplaint":
            kind = KINDS.get(optional(data, "Type"))
            key = text(data, "ID")
            address, reason = text(data, "Email"), optional(data, "Details") or optional(data, "Description")
        case "SubscriptionChange" if data.get("SuppressSending") is True:
            address, reason = text(data, "Recipient"), "suppressed at Postmark"
            if optional(data, "SuppressionReason") == BY_HAND:
                return [UnsubscribeReport(SOURCE, address, moment(data, "ChangedAt"))]
            kind = SUPPRESSIONS.get(optional(data, "SuppressionReason"))
            key = f"{optional(data, 'MessageID')}:{text(data, 'ChangedAt')}"
        case _:
            return []
    return [Report(SOURCE, key, kind, address, reason=reason)] if kind else []
