"""Asking for a refund: a row first, Stripe later, so that a lost reply or a crash refunds once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from payments.models import Payment, RefundRequest


def ask(session: Session, payment: Payment, amount_cents: int, actor: str, reason: str) -> RefundRequest:
    """Ask for money back, at most once at a time for a payment: an open request is returned as it is.

    The worker, or whoever asked, takes it to Stripe afterwards.
    """
    if request := waiting(session, payment):
        return request
    now = clock.now()
    request = RefundRequest(payment_id=payment.id, amount_cents=amount_cents, actor=actor, reason=reason)
    request.asked_at = request.next_try_at = now
    session.add(request)
    session.flush()
    return request


def waiting(session: Session, payment: Payment) -> RefundRequest | None:
    """The request for this payment that Stripe does not have yet."""
    return session.scalars(
        select(RefundRequest).where(RefundRequest.payment_id == payment.id, RefundRequest.state == "asked")
    ).one_or_none()


def idempotency_key(request: RefundRequest, reference: str) -> str:
    """The same for every try of one request, and for no other (PAY-16)."""
    return f"carrel-refund-{reference}-{request.id}"
