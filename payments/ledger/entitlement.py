"""Who has the pass: a pure function of the ledger's entries, whatever their order.

Repeated entries change nothing. Of several states of one refund or dispute, the one with the highest
`seq` counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

# Any other status means that the money has gone back, or is about to. A refund can fail after it succeeded:
# https://docs.stripe.com/refunds#refund-states
UNSUCCESSFUL_REFUND_STATUSES = frozenset({"failed", "canceled"})
# https://docs.stripe.com/disputes/how-disputes-work; a `prevented` dispute was settled by a refund of its own.
FAVORABLE_DISPUTE_STATUSES = frozenset({"won", "warning_closed", "prevented"})
INQUIRY_STATUSES = frozenset(
    {"warning_needs_response", "warning_under_review"}
)  # no money was taken; a refund settles it
LOST_DISPUTE_STATUSES = frozenset({"lost", "appeal_needs_response", "appeal_under_review"})


class EntitlementReason(StrEnum):
    """Why a reader has the pass, or does not."""

    BOUGHT = "bought"
    GIFT = "gift"
    NEVER = "never"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged back"
    REVOKED = "withdrawn"

    @property
    def has_pass(self) -> bool:
        """Whether it means that the reader sees no ads."""
        return self in {EntitlementReason.BOUGHT, EntitlementReason.GIFT}


@dataclass(frozen=True, slots=True)
class GrantEntry:
    """A pass was granted; `payment` is None for an operator's. `is_gift`: somebody else than its holder paid."""

    grant: int
    payment: int | None = None
    paid_cents: int = 0
    is_gift: bool = False


@dataclass(frozen=True, slots=True)
class RevocationEntry:
    """An operator revoked a grant."""

    grant: int


@dataclass(frozen=True, slots=True)
class RefundEntry:
    """One state of a refund, number `seq`."""

    payment: int
    refund: str
    seq: int
    cents: int
    status: str


@dataclass(frozen=True, slots=True)
class DisputeEntry:
    """One state of a dispute, number `seq`."""

    payment: int
    dispute: str
    seq: int
    cents: int
    status: str


LedgerEntry = GrantEntry | RevocationEntry | RefundEntry | DisputeEntry
StateEntry = TypeVar("StateEntry", RefundEntry, DisputeEntry)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whether the reader sees no ads, and why."""

    ad_free: bool
    reason: EntitlementReason


def derive_entitlement(history: Iterable[LedgerEntry]) -> Entitlement:
    """Whether a reader with this history has the pass: if any of their grants is still valid.

    The reason is that of the first valid grant, or of the latest one if none is valid.
    """
    entries = set(history)
    grants = sorted(
        (entry for entry in entries if isinstance(entry, GrantEntry)), key=lambda entry: entry.grant
    )
    reasons = [grant_status(grant, entries) for grant in grants] or [EntitlementReason.NEVER]
    reason = next((reason for reason in reasons if reason.has_pass), reasons[-1])
    return Entitlement(reason.has_pass, reason)


def grant_status(grant: GrantEntry, history: Iterable[LedgerEntry]) -> EntitlementReason:
    """What became of one grant."""
    entries = list(history)
    if RevocationEntry(grant.grant) in entries:
        return EntitlementReason.REVOKED
    if grant.payment is None:
        return EntitlementReason.GIFT
    disputes = (
        entry for entry in entries if isinstance(entry, DisputeEntry) and entry.payment == grant.payment
    )
    statuses = {dispute.status for dispute in _latest((entry.dispute, entry) for entry in disputes)}
    if statuses & LOST_DISPUTE_STATUSES:
        return EntitlementReason.CHARGED_BACK
    if 0 < grant.paid_cents <= refunded_cents(grant.payment, entries):
        return EntitlementReason.REFUNDED
    if statuses - FAVORABLE_DISPUTE_STATUSES:
        return EntitlementReason.DISPUTED
    return EntitlementReason.GIFT if grant.is_gift else EntitlementReason.BOUGHT


def refunded_cents(payment: int | None, history: Iterable[LedgerEntry]) -> int:
    """How much of a payment was refunded, or is about to be, in cents."""
    refunds = (entry for entry in history if isinstance(entry, RefundEntry) and entry.payment == payment)
    latest = _latest((entry.refund, entry) for entry in refunds)
    return sum(refund.cents for refund in latest if refund.status not in UNSUCCESSFUL_REFUND_STATUSES)


def charged_back_cents(payment: int | None, history: Iterable[LedgerEntry]) -> int:
    """How much of a payment its bank has taken back, in cents; until it is won, a dispute counts as lost."""
    disputes = (entry for entry in history if isinstance(entry, DisputeEntry) and entry.payment == payment)
    latest = _latest((entry.dispute, entry) for entry in disputes)
    without_loss = FAVORABLE_DISPUTE_STATUSES | INQUIRY_STATUSES
    return sum(dispute.cents for dispute in latest if dispute.status not in without_loss)


def is_refundable(payment: int, history: Iterable[LedgerEntry]) -> bool:
    """Whether no dispute of the payment is open or lost. Stripe then refuses a refund (`charge_disputed`)."""
    disputes = (entry for entry in history if isinstance(entry, DisputeEntry) and entry.payment == payment)
    statuses = {dispute.status for dispute in _latest((entry.dispute, entry) for entry in disputes)}
    return statuses <= FAVORABLE_DISPUTE_STATUSES | INQUIRY_STATUSES


def _latest(states: Iterable[tuple[str, StateEntry]]) -> Iterable[StateEntry]:
    """The latest state of each refund or dispute."""
    latest: dict[str, StateEntry] = {}
    for stripe_id, state in states:
        if stripe_id not in latest or state.seq > latest[stripe_id].seq:
            latest[stripe_id] = state
    return latest.values()
