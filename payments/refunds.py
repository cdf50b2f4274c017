"""Giving money back: by the reader's one button, by the operator, or by itself when somebody paid twice."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.http.services import Services
from carrel.mail import alarms
from carrel.settings import Settings
from payments.fulfillment.fulfill import fulfill
from payments.ledger import entries, refund_requests
from payments.ledger.manual_grants import need_reason
from payments.models import Order, Payment, RefundRequest
from payments.payment_context import PaymentContext, shop_of
from payments.stripe.client import StripeRefusedError, StripeUnavailableError

log = structlog.get_logger()
PAUSE: Final = timedelta(minutes=2)
NOTHING_LEFT: Final = "charge_already_refunded"
BY_READER: Final = "the reader's own wish"


class NotRefundableError(Exception):
    """There is nothing to give back, or no longer. Carries the order's reference."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)


def refund(shop: PaymentContext, order_id: int, actor: str, reason: str) -> None:
    """The operator gives back all that is left of an order's payments. Raises `NotRefundableError`, `ReasonRequiredError`.

    `reason` is kept in the audit log. When Stripe does not answer, the worker goes on trying.
    """
    need_reason(reason)
    with shop.db.write() as session:
        order = session.get_one(Order, order_id)
        requests = [_ask(session, payment, actor, reason) for payment in _payments(session, order)]
        asked = [request.id for request in requests if request]
        if not asked:
            raise NotRefundableError(order.reference)
        audit.record(
            session, actor=actor, action="order.refund", subject=f"order:{order.reference}", reason=reason
        )
    for request_id in asked:
        carry_out(shop, request_id)


def refund_own(shop: PaymentContext, reference: str, reader_id: int) -> None:
    """The reader takes their money back. Raises `NotRefundableError`: not theirs, too late, or nothing left."""
    with shop.db.write() as session:
        owned = select(Order).where(Order.reference == reference, Order.reader_id == reader_id)
        order = session.scalars(owned).one_or_none()
        payment = next(iter(_payments(session, order)), None) if order else None
        if order is None or payment is None or not is_open_to_reader(shop.settings, payment):
            raise NotRefundableError(reference)
        request = _ask(session, payment, f"reader:{reader_id}", BY_READER)
        if request is None:
            raise NotRefundableError(reference)
        request_id = request.id
    carry_out(shop, request_id)


def is_open_to_reader(settings: Settings, payment: Payment) -> bool:
    """Whether the reader may still take the money back by themselves."""
    return payment.outcome == "granted" and clock.now() < closes_at(settings, payment)


def closes_at(settings: Settings, payment: Payment) -> datetime:
    """Until when they may."""
    return payment.paid_at + timedelta(days=settings.refund_days)


def carry_out(shop: PaymentContext, request_id: int) -> None:
    """Take a request to Stripe, then enter what became of it. Whatever fails here is tried again.

    The same key every time: a refund that Stripe made, but whose reply was lost, is not made again.
    """
    with shop.db.write() as session:
        request = session.get_one(RefundRequest, request_id)
        if request.state != "asked":
            return
        payment = request.payment
        if entries.left_of(session, payment) < request.amount_cents:  # it went back meanwhile
            _finish(session, request_id, "done")
            return
        request.next_try_at = clock.now() + PAUSE
        key = refund_requests.idempotency_key(request, payment.order.reference)
    try:
        shop.stripe.refund(str(payment.payment_intent), request.amount_cents, key)
        fulfill(shop, payment.checkout_session_id, lambda session: _finish(session, request_id, "done"))
    except StripeUnavailableError as away:
        log.warning("refund waits for Stripe", request=request_id, why=str(away))
    except StripeRefusedError as refused:
        _give_up(shop, request_id, payment, refused.code)


def carry_out_one(services: Services) -> bool:
    """Worker: take the request that is due to Stripe. Whether there was one."""
    if not services.settings.sells:
        return False
    shop = shop_of(services)
    due = select(RefundRequest.id).where(
        RefundRequest.state == "asked", clock.has_passed(RefundRequest.next_try_at, PAUSE)
    )
    with shop.db.read() as session:
        request_id = session.scalars(due.order_by(RefundRequest.next_try_at).limit(1)).one_or_none()
    if request_id is None:
        return False
    carry_out(shop, request_id)
    return True


def _payments(session: Session, order: Order) -> list[Payment]:
    return list(session.scalars(select(Payment).where(Payment.order_id == order.id).order_by(Payment.id)))


def _ask(session: Session, payment: Payment, actor: str, reason: str) -> RefundRequest | None:
    left = entries.left_of(session, payment)
    return refund_requests.ask(session, payment, left, actor, reason) if left > 0 else None


def _give_up(shop: PaymentContext, request_id: int, payment: Payment, code: str) -> None:
    with shop.db.write() as session:
        _finish(session, request_id, "refused", code)
        if code != NOTHING_LEFT:
            alarms.raise_alarm(
                session,
                f"refund-refused:{request_id}",
                "Stripe refused a refund",
                f"Order {payment.order.reference} ({payment.payment_intent}): {code}. Look at the payment in "
                "Stripe's dashboard.",
            )


def _finish(session: Session, request_id: int, state: str, error: str = "") -> None:
    request = update(RefundRequest).where(RefundRequest.id == request_id, RefundRequest.state == "asked")
    session.execute(request.values(state=state, last_error=error))
