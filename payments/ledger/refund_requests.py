"""Refund requests, stored before Stripe is asked: a lost response or a crash never refunds twice."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from payments.models import Payment, RefundRequest
from payments.stripe.client import RefundReason

LATE_AFTER: Final = timedelta(hours=1)
READER: Final = "reader:"  # begins the actor of a reader's own request
FRAUD_WARNING: Final = "early fraud warning"  # begins the reason of one after a bank's warning


def get_or_create(
    session: Session, payment: Payment, amount_cents: int, actor: str, reason: str
) -> RefundRequest:
    """Request a refund. A payment has one open request at a time: if there is one, it is returned unchanged.

    The caller or the worker sends it to Stripe afterwards.
    """
    if request := pending(session, payment):
        return request
    now = clock.now()
    request = RefundRequest(payment_id=payment.id, amount_cents=amount_cents, actor=actor, reason=reason)
    request.requested_at = request.next_try_at = now
    session.add(request)
    session.flush()
    return request


def is_late(request: RefundRequest) -> bool:
    """Whether it has waited so long that the reader and the operator should know."""
    return clock.now() - request.requested_at > LATE_AFTER


def pending(session: Session, payment: Payment) -> RefundRequest | None:
    """The open request for this payment."""
    return session.scalars(
        select(RefundRequest).where(RefundRequest.payment_id == payment.id, RefundRequest.state == "asked")
    ).one_or_none()


def idempotency_key(request: RefundRequest, reference: str) -> str:
    """The same for every try of one request, and unique to it (PAY-16), until Stripe has stored an error under it."""
    return f"carrel-refund-{reference}-{request.id}" + (f"-{request.attempt}" if request.attempt else "")


def stripe_reason(request: RefundRequest) -> RefundReason | None:
    """The reason as Stripe knows it, for its reports. With `fraudulent`, Stripe blocks the card and the address."""
    if request.payment.outcome == "second":
        return "duplicate"
    if request.reason.startswith(FRAUD_WARNING):
        return "fraudulent"
    return "requested_by_customer" if request.actor.startswith(READER) else None
