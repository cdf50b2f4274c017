"""The only writer of the ledger, and the reader's entitlement that follows from it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import SelectBase, select, text, union
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import readers
from payments.gift_models import Gift, GiftRedemption
from payments.ledger.entitlement import (
    UNSUCCESSFUL_REFUND_STATUSES,
    DisputeEntry,
    Entitlement,
    GrantEntry,
    LedgerEntry,
    RefundEntry,
    RevocationEntry,
    derive_entitlement,
    is_refundable,
    refunded_cents,
)
from payments.models import Dispute, Grant, Order, Payment, Refund
from payments.stripe.schemas import CheckoutSession, StripeDispute, StripeRefund

LedgerRow = TypeVar("LedgerRow", Refund, Dispute)
StripeState = TypeVar("StripeState", StripeRefund, StripeDispute)
LEDGER_LOCK = 0x6C65_6467  # "ledg"


def lock(session: Session) -> None:
    """Let one writer in at a time. SQLite serializes writers itself; PostgreSQL needs an advisory lock.

    Raises `OperationalError` when the lock is not free within five seconds.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({LEDGER_LOCK})"))


def update_entitlement(session: Session, reader_id: int) -> Entitlement:
    """Derive a reader's entitlement again; if it changed, their account and every cached page follow."""
    session.flush()
    entitlement = derive_entitlement(reader_history(session, reader_id))
    readers.set_ad_free(session, reader_id, entitlement.ad_free)
    return entitlement


def reader_history(session: Session, reader_id: int) -> list[LedgerEntry]:
    """All ledger entries that concern a reader's passes."""
    return grant_history(session, _grants_held_by(reader_id))


def grant_history(session: Session, grant_ids: SelectBase) -> list[LedgerEntry]:
    """All ledger entries that concern these grants."""
    rows = session.execute(
        select(Grant, Payment, Gift.id)
        .outerjoin(Payment, Grant.payment_id == Payment.id)
        .outerjoin(Gift, Gift.order_id == Payment.order_id)
        .where(Grant.id.in_(grant_ids))
    ).all()
    grants = [
        GrantEntry(grant.id, payment.id, payment.amount_cents, gift_id is not None)
        if payment
        else GrantEntry(grant.id)
        for grant, payment, gift_id in rows
    ]
    revoked = session.scalars(
        select(Grant.revokes_id).where(Grant.revokes_id.in_([grant.grant for grant in grants]))
    )
    revocations = [RevocationEntry(grant_id) for grant_id in revoked if grant_id is not None]
    payment_ids = [payment.id for _, payment, _ in rows if payment is not None]
    return [*grants, *revocations, *refund_and_dispute_entries(session, payment_ids)]


def _grants_held_by(reader_id: int) -> SelectBase:
    """Bought for oneself, granted by an operator, or redeemed. A gift's payment gives its buyer nothing."""
    is_gift = select(Gift.id).where(Gift.order_id == Order.id).exists()
    bought = select(Grant.id).join(Payment, Grant.payment_id == Payment.id)
    bought = bought.join(Order, Payment.order_id == Order.id)
    return union(
        bought.where(Order.reader_id == reader_id, ~is_gift),
        select(Grant.id).where(Grant.reader_id == reader_id),
        select(GiftRedemption.grant_id).where(GiftRedemption.reader_id == reader_id),
    )


def refund_and_dispute_entries(session: Session, payment_ids: Sequence[int]) -> list[LedgerEntry]:
    """Every state of the refunds and disputes of these payments."""
    refunds = session.scalars(select(Refund).where(Refund.payment_id.in_(payment_ids)))
    disputes = session.scalars(select(Dispute).where(Dispute.payment_id.in_(payment_ids)))
    return [
        *(RefundEntry(r.payment_id, r.stripe_id, r.seq, r.amount_cents, r.status) for r in refunds),
        *(DisputeEntry(d.payment_id, d.stripe_id, d.seq, d.amount_cents, d.status) for d in disputes),
    ]


def unrefunded_cents(session: Session, payment: Payment) -> int:
    """How many cents of a payment have not been refunded."""
    return payment.amount_cents - refunded_cents(
        payment.id, refund_and_dispute_entries(session, [payment.id])
    )


def is_disputed(session: Session, payment: Payment) -> bool:
    """Whether a dispute is open or lost, so that only the bank can return the money."""
    return not is_refundable(payment.id, refund_and_dispute_entries(session, [payment.id]))


def payment_for(session: Session, checkout_session_id: str) -> Payment | None:
    """The recorded payment of a Checkout Session."""
    recorded = select(Payment).where(Payment.checkout_session_id == checkout_session_id)
    return session.scalars(recorded).one_or_none()


def payments_of(session: Session, order: Order) -> Sequence[Payment]:
    """All payments of an order, oldest first."""
    return session.scalars(select(Payment).where(Payment.order_id == order.id).order_by(Payment.id)).all()


def add_payment(
    session: Session,
    order: Order,
    checkout_session: CheckoutSession,
    outcome: str,
    mismatch: str,
    *,
    paid_at: datetime,
) -> Payment:
    """Record a payment. Raises `IntegrityError` when it was recorded before."""
    intent, totals = checkout_session.payment_intent, checkout_session.total_details
    payment = Payment(
        order_id=order.id,
        checkout_session_id=checkout_session.id,
        payment_intent=intent.id if intent else None,
        amount_cents=checkout_session.amount_total,
        subtotal_cents=checkout_session.amount_subtotal,
        tax_cents=totals.amount_tax if totals else None,
        discount_cents=totals.amount_discount if totals else None,
        currency=checkout_session.currency,
        outcome=outcome,
        mismatch=mismatch,
        paid_at=paid_at,
        recorded_at=clock.now(),
    )
    session.add(payment)
    session.flush()
    return payment


def add_purchase(session: Session, payment: Payment) -> None:
    """Grant the pass that a payment bought: one for each Checkout Session, one for each payment intent."""
    grant = Grant(kind="purchase", payment_id=payment.id, recorded_at=clock.now())
    grant.checkout_session_id, grant.payment_intent = payment.checkout_session_id, payment.payment_intent
    session.add(grant)
    session.flush()


def new_refund_states(
    session: Session, payment: Payment, stripe_refunds: Sequence[StripeRefund]
) -> list[Refund]:
    """Rows for refunds that are new or have changed, not yet added.

    Unsuccessful ones come first: the ledger's trigger insists that refunds never exceed the payment, so
    an amount is freed before it is used again.
    """
    in_order = sorted(
        stripe_refunds,
        key=lambda refund: (refund.status not in UNSUCCESSFUL_REFUND_STATUSES, refund.created, refund.id),
    )
    return [
        Refund(
            stripe_id=refund.id,
            seq=seq,
            payment_id=payment.id,
            amount_cents=refund.amount,
            status=refund.status,
            recorded_at=clock.now(),
        )
        for refund, seq in _changed(_states(session, Refund, payment), in_order)
    ]


def new_dispute_states(
    session: Session, payment: Payment, stripe_disputes: Sequence[StripeDispute]
) -> list[Dispute]:
    """Rows for disputes that are new or have changed, not yet added."""
    return [
        Dispute(
            stripe_id=dispute.id,
            seq=seq,
            payment_id=payment.id,
            amount_cents=dispute.amount,
            status=dispute.status,
            reason=dispute.reason[:80],
            due_at=dispute.due_at,
            recorded_at=clock.now(),
        )
        for dispute, seq in _changed(_states(session, Dispute, payment), stripe_disputes)
    ]


def _states(session: Session, model: type[LedgerRow], payment: Payment) -> Iterable[LedgerRow]:
    return session.scalars(select(model).where(model.payment_id == payment.id).order_by(model.seq)).all()


def _changed(rows: Iterable[LedgerRow], states: Iterable[StripeState]) -> Iterator[tuple[StripeState, int]]:
    """The states that the latest rows do not have, each with its next `seq`."""
    latest = {row.stripe_id: row for row in rows}
    for state in states:
        row = latest.get(state.id)
        if row is None or (row.amount_cents, row.status) != (state.amount, state.status):
            yield state, row.seq + 1 if row else 1
