"""Refund requests, stored before Stripe is asked: a lost response or a crash never refunds twice."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from payments.models import Payment, RefundRequest
from payments.stripe.client import RefundReason

READER: Final = "reader:"  # begins the actor of a reader's own request


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


def pending(session: Session, payment: Payment) -> RefundRequest | None:
    """The open request for this payment."""
    return session.scalars(
        select(RefundRequest).where(RefundRequest.payment_id == payment.id, RefundRequest.state == "asked")
    ).one_or_none()


def idempotency_key(request: RefundRequest, reference: str) -> str:
    """The same for every try of one request, and unique to it (PAY-16), until Stripe has stored an error under it."""
    return f"carrel-refund-{reference}-{request.id}" + (f"-{request.attempt}" if request.attempt else "")


def stripe_reason(request: RefundRequest) -> RefundReason | None:
    """The reason as Stripe knows it, for its reports."""
    if request.payment.outcome == "second":
        return "duplicate"
    return "requested_by_customer" if request.actor.startswith(READER) else None
