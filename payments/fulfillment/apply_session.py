"""Entering into the ledger what Stripe shows of one Checkout Session: one transaction, no network.

What is already there is left alone, so the same facts can be entered any number of times.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts import readers
from carrel.settings import Settings
from payments.fulfillment import notifications
from payments.fulfillment.match_order import Identified, identify
from payments.fulfillment.notifications import Case
from payments.fulfillment.payment_checks import MismatchReason, trouble_with
from payments.ledger import claims, entries, refund_requests
from payments.ledger.entitlement import entitled
from payments.models import Dispute, Order, Payment, Refund
from payments.stripe.schemas import SessionFact, StripeResponseError

# https://docs.stripe.com/payments/paymentintents/lifecycle: a delayed payment that will not come any more
GIVEN_UP = frozenset({"requires_payment_method", "canceled"})


class ConcurrentUpdateError(Exception):
    """Somebody entered a later look meanwhile: look again. Carries the order's id."""

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        super().__init__(str(order_id))


def settle(session: Session, settings: Settings, fact: SessionFact, seen: int) -> Order:
    """Enter the facts, derive the entitlement, queue the mails. Returns the order.

    `seen` is the order's version from before Stripe was asked. Raises `NotOurSessionError`, `UnknownOrderError`,
    `ConcurrentUpdateError`, and `StripeResponseError` when a paid session lacks its sums.
    """
    entries.lock(session)
    found = identify(session, fact)
    order, payment = found.order, _payment_of(session, fact)
    pays = fact.is_paid and payment is None
    news = _news(session, payment, fact)
    state = next_state(order, fact)
    if not (pays or news or state != order.state):
        return order
    if order.version != seen:
        raise ConcurrentUpdateError(order.id)
    case = Case(session, settings, order)
    _note(case, found, fact, state)
    if pays:
        payment = _take(case, found, fact)
        news = _news(session, payment, fact)
    if payment is not None:
        _enter(case, payment, news)
    return order


def next_state(order: Order, fact: SessionFact) -> str:
    """Where an order stands by these facts. A paid one stays paid: what follows is in the ledger."""
    if order.state == "paid" or fact.is_paid:
        return "paid"
    if fact.status != "complete":
        return "expired" if fact.status == "expired" else order.state
    intent = fact.payment_intent
    return "failed" if intent and intent.status in GIVEN_UP else "pending"


def _payment_of(session: Session, fact: SessionFact) -> Payment | None:
    return session.scalars(select(Payment).where(Payment.checkout_session_id == fact.id)).one_or_none()


def _news(session: Session, payment: Payment | None, fact: SessionFact) -> list[Refund | Dispute]:
    if payment is None:
        return []
    refunds = entries.new_refund_states(session, payment, fact.refunds)
    return [*refunds, *entries.new_dispute_states(session, payment, fact.disputes)]


def _note(case: Case, found: Identified, fact: SessionFact, state: str) -> None:
    order = case.order
    order.version += 1
    if state == "failed" != order.state:
        notifications.payment_failed(case)
    order.state = state
    if found.trouble is None:
        order.checkout_session_id = fact.id
        order.receipt_url = fact.charge.receipt_url if fact.charge else None
        claims.remember(case.session, order, fact.email)


def _take(case: Case, found: Identified, fact: SessionFact) -> Payment:
    """Enter the payment, and what it buys: the pass, nothing (it goes back), or a person's attention."""
    if fact.amount_total is None or fact.amount_subtotal is None or fact.currency is None:
        raise StripeResponseError("SessionFact", ["amount_total", "amount_subtotal", "currency"])
    trouble = found.trouble or _trouble(case, fact)
    outcome = "held" if trouble else _worth(case)
    payment = entries.add_payment(case.session, case.order, fact, outcome, trouble or "")
    if outcome == "granted":
        entries.add_purchase(case.session, payment)
        notifications.granted(case, payment)
    elif outcome == "second":
        refund_requests.ask(case.session, payment, payment.amount_cents, "carrel", "paid twice")
        notifications.paid_twice(case, payment)
    else:
        notifications.held(case, payment)
    return payment


def _trouble(case: Case, fact: SessionFact) -> MismatchReason | None:
    if readers.get(case.session, case.order.reader_id).erased_at is not None:
        return MismatchReason.READER_GONE
    return trouble_with(case.order, fact, takes_coupons=case.settings.pass_promotion_codes)


def _worth(case: Case) -> str:
    """A second payment of somebody who provably has the pass buys nothing, and goes back (PAY-17)."""
    history = entries.history_of(case.session, case.order.reader_id)
    return "second" if entitled(history).ad_free else "granted"


def _enter(case: Case, payment: Payment, news: list[Refund | Dispute]) -> None:
    for row in news:
        case.session.add(row)
        case.session.flush()  # one by one: the trigger counts what is there
    verdict = entries.project(case.session, case.order.reader_id)
    for row in news:
        if isinstance(row, Refund):
            notifications.refund_changed(case, payment, row, verdict)
        else:
            notifications.dispute_changed(case, row, verdict)
