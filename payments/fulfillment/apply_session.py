"""Applying the state of a Checkout Session to the order and the ledger: one transaction, no network.

Idempotent: what is already recorded is left alone.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import readers
from carrel.settings import Settings
from payments.fulfillment import notifications
from payments.fulfillment.match_order import MatchedOrder, match_order
from payments.fulfillment.notifications import OrderUpdate
from payments.fulfillment.payment_checks import MismatchReason, find_mismatch
from payments.ledger import claims, entries, gifts, refund_requests
from payments.ledger.entitlement import derive_entitlement
from payments.models import Dispute, Order, Payment, Refund
from payments.stripe.schemas import CheckoutSession, StripeResponseError

# A delayed payment that has failed: https://docs.stripe.com/payments/paymentintents/lifecycle
FAILED_INTENT_STATUSES = frozenset({"requires_payment_method", "canceled"})


class ConcurrentUpdateError(Exception):
    """Another process changed the order meanwhile: retrieve the session again. Carries the order's id."""

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        super().__init__(str(order_id))


def apply_checkout_session(
    session: Session, settings: Settings, checkout_session: CheckoutSession, known_version: int
) -> Order:
    """Update the order, the ledger, and the entitlement, and queue the mails. Returns the order.

    `known_version` is the order's version from before Stripe was asked. Raises `NotOurSessionError`,
    `UnknownOrderError`, `ConcurrentUpdateError`, and `StripeResponseError` when a paid session has no amounts.
    """
    entries.lock(session)
    matched = match_order(session, checkout_session)
    order, payment = matched.order, entries.payment_for(session, checkout_session.id)
    is_new_payment = checkout_session.is_paid and payment is None
    new_states = _new_states(session, payment, checkout_session)
    state = order_state(order, checkout_session)
    awaits_buyer = state == "pending" and checkout_session.awaits_buyer
    if not (is_new_payment or new_states or (state, awaits_buyer) != (order.state, order.awaits_buyer)):
        return order
    if order.version != known_version:
        raise ConcurrentUpdateError(order.id)
    update = OrderUpdate(session, settings, order)
    # A delayed payment settles days after its charge: when we hear of it, for the webhook tells us at once.
    paid_at = clock.now() if order.state == "pending" else checkout_session.paid_at
    order.awaits_buyer = awaits_buyer
    _update_order(update, matched, checkout_session, state)
    if is_new_payment:
        payment = _record_payment(update, matched, checkout_session, paid_at)
        new_states = _new_states(session, payment, checkout_session)
    if payment is not None:
        _record_states(update, payment, new_states)
    return order


def order_state(order: Order, checkout_session: CheckoutSession) -> str:
    """The order's state by this session. A paid order stays paid: refunds and disputes are in the ledger."""
    if order.state == "paid" or checkout_session.is_paid:
        return "paid"
    if checkout_session.status != "complete":
        return "expired" if checkout_session.status == "expired" else order.state
    intent = checkout_session.payment_intent
    return "failed" if intent and intent.status in FAILED_INTENT_STATUSES else "pending"


def _new_states(
    session: Session, payment: Payment | None, checkout_session: CheckoutSession
) -> list[Refund | Dispute]:
    if payment is None:
        return []
    refunds = entries.new_refund_states(session, payment, checkout_session.refunds)
    return [*refunds, *entries.new_dispute_states(session, payment, checkout_session.disputes)]


def _update_order(
    update: OrderUpdate, matched: MatchedOrder, checkout_session: CheckoutSession, state: str
) -> None:
    order = update.order
    order.version += 1
    if state == "failed" != order.state:
        notifications.payment_failed(update)
    order.state = state
    if state != "open":
        order.parameters_hash = None  # nobody asks Stripe with them again
    if matched.mismatch is None:
        order.checkout_session_id = checkout_session.id
        order.receipt_url = checkout_session.charge.receipt_url if checkout_session.charge else None
        claims.record_claim(update.session, order, checkout_session.email)


def _record_payment(
    update: OrderUpdate, matched: MatchedOrder, checkout_session: CheckoutSession, paid_at: datetime
) -> Payment:
    """Record the payment, and grant the pass, refund a second payment, or hold a mismatch for the operator."""
    if (
        checkout_session.amount_total is None
        or checkout_session.amount_subtotal is None
        or checkout_session.currency is None
    ):
        raise StripeResponseError("CheckoutSession", ["amount_total", "amount_subtotal", "currency"])
    mismatch = matched.mismatch or _mismatch(update, checkout_session)
    outcome = "held" if mismatch else _outcome(update)
    payment = entries.add_payment(
        update.session, update.order, checkout_session, outcome, mismatch or "", paid_at=paid_at
    )
    if outcome == "granted":
        entries.add_purchase(update.session, payment)
        notifications.pass_granted(update, payment, has_consented=checkout_session.has_consented)
    elif outcome == "second":
        refund_requests.get_or_create(update.session, payment, payment.amount_cents, "carrel", "paid twice")
        notifications.paid_twice(update, payment)
    else:
        notifications.payment_held(update, payment)
    return payment


def _mismatch(update: OrderUpdate, checkout_session: CheckoutSession) -> MismatchReason | None:
    if readers.get(update.session, update.order.reader_id).erased_at is not None:
        return MismatchReason.READER_ERASED
    return find_mismatch(
        update.order, checkout_session, allows_promotion_codes=update.settings.pass_promotion_codes
    )


def _outcome(update: OrderUpdate) -> str:
    """A second payment of a reader who has the pass is refunded (PAY-17). One for a gift is no second one."""
    if gifts.gift_of(update.session, update.order):
        return "granted"
    history = entries.reader_history(update.session, update.order.reader_id)
    return "second" if derive_entitlement(history).ad_free else "granted"


def _record_states(update: OrderUpdate, payment: Payment, new_states: list[Refund | Dispute]) -> None:
    for row in new_states:
        update.session.add(row)
        update.session.flush()  # one at a time: a trigger checks each against the rows before it
    entitlement = gifts.update_order_entitlement(update.session, update.order)
    for row in new_states:
        if isinstance(row, Refund):
            notifications.refund_changed(update, payment, row, entitlement)
        else:
            notifications.dispute_changed(update, row, entitlement)
