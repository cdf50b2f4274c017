"""Refunds: by the reader's button, by the operator, or automatically when somebody paid twice."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.mail import alarms
from carrel.services import Services
from carrel.settings import Settings
from payments.fulfillment.fulfill import fulfill
from payments.ledger import entries, refund_requests
from payments.ledger.manual_grants import require_reason
from payments.models import Order, Payment, RefundRequest
from payments.payment_context import PaymentContext, payment_context
from payments.stripe.client import StripeRefusedError, StripeServerError, StripeUnavailableError

log = structlog.get_logger()
RETRY_DELAY: Final = timedelta(minutes=2)
ALREADY_REFUNDED: Final = "charge_already_refunded"
DISPUTED: Final = "charge_disputed"
KEY_USED: Final = "idempotency_error"  # by an earlier release, with other parameters
BY_READER: Final = "requested by the reader"


class NotRefundableError(Exception):
    """There is nothing to refund, or it is too late. Carries the order's reference."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)


class PaymentDisputedError(NotRefundableError):
    """While a payment is disputed, and when the bank has returned it, Stripe refunds nothing."""


def refund(context: PaymentContext, order_id: int, actor: str, reason: str) -> None:
    """The operator refunds all that is left of an order's payments.

    `reason` goes to the audit log. When Stripe does not answer, the worker retries. Raises `NotRefundableError`,
    `ReasonRequiredError`.
    """
    require_reason(reason)
    with context.db.write() as session:
        order = session.get_one(Order, order_id)
        requests = [
            _request_refund(session, payment, actor, reason)
            for payment in entries.payments_of(session, order)
        ]
        request_ids = [request.id for request in requests if request]
        if not request_ids:
            raise NotRefundableError(order.reference)
        audit.record(
            session, actor=actor, action="order.refund", subject=f"order:{order.reference}", reason=reason
        )
    for request_id in request_ids:
        send_to_stripe(context, request_id)


def refund_by_reader(context: PaymentContext, reference: str, reader_id: int) -> None:
    """The reader gets a refund.

    Raises `NotRefundableError`: not their order, too late, nothing left, or refused by Stripe; `PaymentDisputedError`.
    """
    with context.db.write() as session:
        own_order = select(Order).where(Order.reference == reference, Order.reader_id == reader_id)
        order = session.scalars(own_order).one_or_none()
        payment = next(iter(entries.payments_of(session, order)), None) if order else None
        if order is None or payment is None or not reader_may_refund(context.settings, payment):
            raise NotRefundableError(reference)
        if entries.is_disputed(session, payment):
            raise PaymentDisputedError(reference)
        request = _request_refund(session, payment, f"{refund_requests.READER}{reader_id}", BY_READER)
        if request is None:
            raise NotRefundableError(reference)
        request_id = request.id
    send_to_stripe(context, request_id)
    with context.db.read() as session:
        request = session.get_one(RefundRequest, request_id)
    if request.state == "refused":
        raise (PaymentDisputedError if request.last_error == DISPUTED else NotRefundableError)(reference)


def reader_may_refund(settings: Settings, payment: Payment) -> bool:
    """Whether the refund button still works for this payment."""
    return payment.outcome == "granted" and clock.now() < refund_deadline(settings, payment)


def refund_deadline(settings: Settings, payment: Payment) -> datetime:
    """Until when it works."""
    return payment.paid_at + timedelta(days=settings.refund_days)


def send_to_stripe(context: PaymentContext, request_id: int) -> None:
    """Create the requested refund at Stripe, and record its state. The worker retries after a failure.

    While Stripe's response is lost, the idempotency key stays the same, so that the refund is not made again. Once
    Stripe has answered with an error of its own, the same key would get that error for a day: then we look whether
    the refund was made, and if not, use a new key. Two keys cannot refund twice: we refund all that is left.
    """
    with context.db.write() as session:
        request = session.get_one(RefundRequest, request_id)
        if request.state != "asked":
            return
        payment = request.payment
        if _is_refunded(session, request):
            return
        request.next_try_at = clock.now() + RETRY_DELAY
        key = refund_requests.idempotency_key(request, payment.order.reference)
        reason = refund_requests.stripe_reason(request)
    try:
        if request.attempt and _was_refunded(context, request, payment):
            return
        context.stripe.create_refund(str(payment.payment_intent), request.amount_cents, reason, key)
        fulfill(context, payment.checkout_session_id, lambda session: _set_state(session, request_id, "done"))
    except StripeServerError as error:
        _use_new_key(context, request_id, str(error))
    except StripeUnavailableError as error:
        log.warning("refund waits for Stripe", request=request_id, why=str(error))
        with context.db.write() as session:
            _note_failure(session, request_id, str(error))
    except StripeRefusedError as error:
        if error.code == KEY_USED:
            _use_new_key(context, request_id, error.code)
        else:
            _mark_refused(context, request_id, payment, error.code)


def send_next_to_stripe(services: Services) -> bool:
    """Worker: send the request that is due. Whether there was one."""
    if not services.settings.sells:
        return False
    context = payment_context(services)
    due = select(RefundRequest.id).where(
        RefundRequest.state == "asked", clock.has_passed(RefundRequest.next_try_at, RETRY_DELAY)
    )
    with context.db.read() as session:
        request_id = session.scalars(due.order_by(RefundRequest.next_try_at).limit(1)).one_or_none()
    if request_id is None:
        return False
    send_to_stripe(context, request_id)
    return True


def _request_refund(session: Session, payment: Payment, actor: str, reason: str) -> RefundRequest | None:
    amount_cents = entries.unrefunded_cents(session, payment)
    return (
        refund_requests.get_or_create(session, payment, amount_cents, actor, reason)
        if amount_cents > 0
        else None
    )


def _is_refunded(session: Session, request: RefundRequest) -> bool:
    """Whether the amount was refunded in another way meanwhile, or by an earlier try: then the request is done."""
    is_refunded = entries.unrefunded_cents(session, request.payment) < request.amount_cents
    if is_refunded:
        _set_state(session, request.id, "done")
    return is_refunded


def _was_refunded(context: PaymentContext, request: RefundRequest, payment: Payment) -> bool:
    """Look at Stripe first: whether an earlier try succeeded, although its answer was an error."""
    fulfill(context, payment.checkout_session_id)
    with context.db.write() as session:
        return _is_refunded(session, session.get_one(RefundRequest, request.id))


def _use_new_key(context: PaymentContext, request_id: int, why: str) -> None:
    log.warning("refund waits for Stripe, under another key", request=request_id, why=why)
    with context.db.write() as session:
        session.get_one(RefundRequest, request_id).attempt += 1


def _mark_refused(context: PaymentContext, request_id: int, payment: Payment, code: str) -> None:
    with context.db.write() as session:
        _set_state(session, request_id, "refused", code)
        if code != ALREADY_REFUNDED:
            alarms.raise_alarm(
                session,
                f"refund-refused:{request_id}",
                "Stripe rejected a refund",
                f"Order {payment.order.reference} ({payment.payment_intent}): {code}. See the payment in "
                "Stripe's dashboard.",
            )


def _note_failure(session: Session, request_id: int, why: str) -> None:
    open_request = update(RefundRequest).where(RefundRequest.id == request_id, RefundRequest.state == "asked")
    session.execute(open_request.values(last_error=why[:200]))


def _set_state(session: Session, request_id: int, state: str, error: str = "") -> None:
    open_request = update(RefundRequest).where(RefundRequest.id == request_id, RefundRequest.state == "asked")
    session.execute(open_request.values(state=state, last_error=error))
