"""Early fraud warnings: a card's bank says that a payment may be fraud.

Most become disputes, and a dispute costs three times the price of a pass, won or lost; a payment that was wholly
refunded before cannot be disputed (https://docs.stripe.com/disputes/measuring#early-fraud-warnings). So it is
refunded, once for each payment, whatever comes first.
"""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import alarms
from carrel.settings import Settings
from payments.account_models import EarlyFraudWarning
from payments.ledger import entries, refund_requests
from payments.models import Payment, Refund, RefundRequest
from payments.prices import price
from payments.stripe.balance_schemas import StripeFraudWarning

ACTOR = "carrel"
OUTCOMES = {
    True: "The payment is being refunded in full, so that it cannot become a dispute.",
    False: "It is not refunded automatically. A dispute would cost a fee, so review the order.",
}


def apply_warning(session: Session, settings: Settings, warning: StripeFraudWarning) -> None:
    """Record a warning about a payment in the ledger, tell the operator, and request the refund.

    Idempotent. The worker sends the request. A warning about another payment changes nothing.
    """
    entries.lock(session)
    payment = _payment(session, warning)
    if payment is None:
        return
    row = session.get(EarlyFraudWarning, warning.id)
    is_new = row is None
    if row is None:
        row = _record(session, warning, payment)
    amount_cents = _amount_to_refund(session, warning, payment) if settings.refund_fraud_warnings else 0
    if amount_cents:
        reason = f"{refund_requests.FRAUD_WARNING} {warning.id}"
        request = refund_requests.get_or_create(session, payment, amount_cents, ACTOR, reason)
        row.refund_request_id = request.id
    if amount_cents or is_new:
        _tell(session, warning, payment, refunds=amount_cents > 0)


def _payment(session: Session, warning: StripeFraudWarning) -> Payment | None:
    """The payment; a warning without a payment intent is of a charge that Checkout did not make."""
    if warning.payment_intent is None:
        return None
    paid = select(Payment).where(Payment.payment_intent == warning.payment_intent)
    return session.scalars(paid).one_or_none()


def _record(session: Session, warning: StripeFraudWarning, payment: Payment) -> EarlyFraudWarning:
    row = EarlyFraudWarning(
        stripe_id=warning.id,
        payment_id=payment.id,
        fraud_type=warning.fraud_type[:80],
        created_at=datetime.fromtimestamp(warning.created, UTC),
        recorded_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def _amount_to_refund(session: Session, warning: StripeFraudWarning, payment: Payment) -> int:
    """How many cents a refund would still save; 0 if none would, or one was made, even if it failed since.

    A request that came to nothing, as part was refunded in another way meanwhile, is followed by one for the rest.
    """
    left = entries.unrefunded_cents(session, payment)
    earlier = session.scalars(
        select(RefundRequest)
        .join(EarlyFraudWarning, EarlyFraudWarning.refund_request_id == RefundRequest.id)
        .where(RefundRequest.payment_id == payment.id)
        .order_by(RefundRequest.id.desc())
    ).first()
    is_settled = earlier is not None and (
        earlier.state == "asked" or left >= earlier.amount_cents or _was_made(session, earlier)
    )
    return left if warning.actionable and not is_settled and not entries.is_disputed(session, payment) else 0


def _was_made(session: Session, request: RefundRequest) -> bool:
    """Whether Stripe made a refund of this amount after it was requested."""
    made = select(Refund.id).where(
        Refund.payment_id == request.payment_id,
        Refund.amount_cents == request.amount_cents,
        Refund.seq == 1,
        Refund.recorded_at >= request.requested_at,
    )
    return session.scalars(made).first() is not None


def _tell(session: Session, warning: StripeFraudWarning, payment: Payment, *, refunds: bool) -> None:
    alarms.raise_alarm(
        session,
        f"fraud-warning:{warning.id}{':refunded' if refunds else ''}"[:80],
        "Early fraud warning from a bank",
        f"Order {payment.order.reference}: {price(payment.amount_cents, payment.currency)} "
        f"({payment.payment_intent}), {warning.fraud_type.replace('_', ' ')}. {OUTCOMES[refunds]}",
    )
