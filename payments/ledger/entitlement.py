"""Who has the pass: one pure function over the ledger's entries, in whatever order they come.

An entry that is repeated says nothing new, and of several states of one refund or dispute the one with
the highest `seq` counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# A refund that failed or was cancelled gave nothing back; any other has left, or is about to.
# https://docs.stripe.com/refunds#refund-states (a failed one can have succeeded before)
NOT_GIVEN_BACK = frozenset({"failed", "canceled"})
# https://docs.stripe.com/disputes/how-disputes-work; `prevented` was settled by a refund, which counts itself.
SETTLED_FOR_US = frozenset({"won", "warning_closed", "prevented"})
LOST = frozenset({"lost", "appeal_needs_response", "appeal_under_review"})


class Reason(StrEnum):
    """Why somebody has the pass, or has not."""

    BOUGHT = "bought"
    GIFT = "gift"
    NEVER = "never"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged back"
    WITHDRAWN = "withdrawn"

    @property
    def is_pass(self) -> bool:
        """Whether it means no ads."""
        return self in {Reason.BOUGHT, Reason.GIFT}


@dataclass(frozen=True, slots=True)
class Given:
    """A pass was given; `payment` is None for a gift."""

    grant: int
    payment: int | None = None
    paid_cents: int = 0


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A grant was taken back by hand."""

    grant: int


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund, as Stripe showed it at look number `seq`."""

    payment: int
    refund: str
    seq: int
    cents: int
    status: str


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A dispute, as Stripe showed it at look number `seq`."""

    payment: int
    dispute: str
    seq: int
    cents: int
    status: str


Entry = Given | Withdrawn | RefundState | DisputeState


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether ads are off, why, and whether part of the money went back though the pass stayed."""

    ad_free: bool
    reason: Reason
    partly_refunded: bool = False


def entitled(history: Iterable[Entry]) -> Verdict:
    """Whether a reader with this history has the pass: when any one of their grants still stands.

    The reason is that of the first standing grant, or of the latest one that fell.
    """
    entries = set(history)
    grants = sorted((each for each in entries if isinstance(each, Given)), key=lambda each: each.grant)
    found = [(state_of(given, entries), given) for given in grants]
    standing = [(reason, given) for reason, given in found if reason.is_pass]
    if standing:
        reason, given = standing[0]
        return Verdict(True, reason, partly_refunded=given_back(given.payment, entries) > 0)
    return Verdict(False, found[-1][0] if found else Reason.NEVER)


def state_of(given: Given, history: Iterable[Entry]) -> Reason:
    """What became of one grant."""
    entries = list(history)
    if Withdrawn(given.grant) in entries:
        return Reason.WITHDRAWN
    if given.payment is None:
        return Reason.GIFT
    disputes = {each.status for each in _present_disputes(given.payment, entries)}
    if disputes & LOST:
        return Reason.CHARGED_BACK
    if 0 < given.paid_cents <= given_back(given.payment, entries):
        return Reason.REFUNDED
    return Reason.DISPUTED if disputes - SETTLED_FOR_US else Reason.BOUGHT


def given_back(payment: int | None, history: Iterable[Entry]) -> int:
    """How much of a payment was refunded, or is on its way back, in cents."""
    present: dict[str, RefundState] = {}
    for each in history:
        if isinstance(each, RefundState) and each.payment == payment:
            present[each.refund] = max(each, present.get(each.refund, each), key=lambda state: state.seq)
    return sum(each.cents for each in present.values() if each.status not in NOT_GIVEN_BACK)


def _present_disputes(payment: int, history: Iterable[Entry]) -> Iterable[DisputeState]:
    present: dict[str, DisputeState] = {}
    for each in history:
        if isinstance(each, DisputeState) and each.payment == payment:
            present[each.dispute] = max(each, present.get(each.dispute, each), key=lambda state: state.seq)
    return present.values()
