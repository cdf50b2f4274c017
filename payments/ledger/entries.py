"""The ledger's one writer, and what follows from its entries for a reader."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Select, or_, select, text
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import readers
from payments.ledger.entitlement import (
    NOT_GIVEN_BACK,
    DisputeState,
    Entry,
    Given,
    RefundState,
    Verdict,
    Withdrawn,
    entitled,
    given_back,
)
from payments.models import Dispute, Grant, Order, Payment, Refund
from payments.stripe.schemas import DisputeFact, RefundFact, SessionFact

State = TypeVar("State", Refund, Dispute)
Fact = TypeVar("Fact", RefundFact, DisputeFact)
LEDGER_LOCK = 0x6C65_6467  # "ledg"


def lock(session: Session) -> None:
    """Write one at a time. SQLite's write transactions do so already; PostgreSQL is asked to.

    Raises `OperationalError` when the turn does not come within five seconds.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({LEDGER_LOCK})"))


def project(session: Session, reader_id: int) -> Verdict:
    """Derive a reader's entitlement anew, and tell their account and every kept page if it changed."""
    session.flush()
    verdict = entitled(history_of(session, reader_id))
    readers.set_ad_free(session, reader_id, verdict.ad_free)
    return verdict


def history_of(session: Session, reader_id: int) -> list[Entry]:
    """All of the ledger that concerns a reader's passes."""
    given = session.execute(
        select(Grant, Payment)
        .outerjoin(Payment, Grant.payment_id == Payment.id)
        .outerjoin(Order, Payment.order_id == Order.id)
        .where(or_(Order.reader_id == reader_id, Grant.reader_id == reader_id))
    ).all()
    grants = [_given(grant, payment) for grant, payment in given]
    taken = session.scalars(
        select(Grant.withdraws_id).where(Grant.withdraws_id.in_([each.grant for each in grants]))
    )
    payments = [payment.id for _, payment in given if payment is not None]
    withdrawn = [Withdrawn(each) for each in taken if each is not None]
    return [*grants, *withdrawn, *states_of(session, payments)]


def states_of(session: Session, payment_ids: Sequence[int]) -> list[Entry]:
    """Every state of the refunds and disputes of these payments."""
    refunds = session.scalars(select(Refund).where(Refund.payment_id.in_(payment_ids)))
    disputes = session.scalars(select(Dispute).where(Dispute.payment_id.in_(payment_ids)))
    return [
        *(RefundState(r.payment_id, r.stripe_id, r.seq, r.amount_cents, r.status) for r in refunds),
        *(DisputeState(d.payment_id, d.stripe_id, d.seq, d.amount_cents, d.status) for d in disputes),
    ]


def left_of(session: Session, payment: Payment) -> int:
    """How many cents of a payment have not gone back to the buyer."""
    return payment.amount_cents - given_back(payment.id, states_of(session, [payment.id]))


def add_payment(session: Session, order: Order, fact: SessionFact, outcome: str, trouble: str) -> Payment:
    """Enter money that arrived. Raises `IntegrityError` when it was entered before."""
    payment = Payment(
        order_id=order.id,
        checkout_session_id=fact.id,
        payment_intent=fact.payment_intent.id if fact.payment_intent else None,
        amount_cents=fact.amount_total,
        subtotal_cents=fact.amount_subtotal,
        currency=fact.currency,
        outcome=outcome,
        trouble=trouble,
        paid_at=fact.paid_at,
        recorded_at=clock.now(),
    )
    session.add(payment)
    session.flush()
    return payment


def add_purchase(session: Session, payment: Payment) -> None:
    """Enter the pass that a payment bought: one for each Checkout Session, one for each payment intent."""
    grant = Grant(kind="purchase", payment_id=payment.id, recorded_at=clock.now())
    grant.checkout_session_id, grant.payment_intent = payment.checkout_session_id, payment.payment_intent
    session.add(grant)
    session.flush()


def new_refund_states(session: Session, payment: Payment, facts: Sequence[RefundFact]) -> list[Refund]:
    """Rows for refunds that are new or have changed, not yet added.

    Those that gave nothing back come first: room is made before it is taken, which the ledger's
    trigger (refunds never exceed the payment) insists on.
    """
    in_order = sorted(facts, key=lambda each: (each.status not in NOT_GIVEN_BACK, each.created, each.id))
    return [
        Refund(
            stripe_id=fact.id,
            seq=seq,
            payment_id=payment.id,
            amount_cents=fact.amount,
            status=fact.status,
            recorded_at=clock.now(),
        )
        for fact, seq in _unknown(session.scalars(_rows(Refund, payment)).all(), in_order)
    ]


def new_dispute_states(session: Session, payment: Payment, facts: Sequence[DisputeFact]) -> list[Dispute]:
    """Rows for disputes that are new or have changed, not yet added."""
    return [
        Dispute(
            stripe_id=fact.id,
            seq=seq,
            payment_id=payment.id,
            amount_cents=fact.amount,
            status=fact.status,
            reason=fact.reason[:80],
            due_at=fact.due_at,
            recorded_at=clock.now(),
        )
        for fact, seq in _unknown(session.scalars(_rows(Dispute, payment)), facts)
    ]


def _rows(kind: type[State], payment: Payment) -> Select[State]:
    return select(kind).where(kind.payment_id == payment.id).order_by(kind.seq)


def _unknown(rows: Iterable[State], facts: Iterable[Fact]) -> Iterator[tuple[Fact, int]]:
    """The facts that the present rows do not tell yet, each with its next number."""
    present = {row.stripe_id: row for row in rows}
    for fact in facts:
        old = present.get(fact.id)
        if old is None or (old.amount_cents, old.status) != (fact.amount, fact.status):
            yield fact, old.seq + 1 if old else 1


def _given(grant: Grant, payment: Payment | None) -> Given:
    return Given(grant.id, payment.id, payment.amount_cents) if payment else Given(grant.id)
