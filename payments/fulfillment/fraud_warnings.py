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
from payments.models import Dispute, Payment
from payments.prices import price
from payments.stripe.balance_schemas import StripeFraudWarning

ACTOR = "carrel"
OUTCOMES = {
    True: "The whole payment is being refunded, so that it cannot become a dispute.",
    False: "It is not refunded by itself. If it becomes a dispute, that costs a fee: look at the order.",
}


def apply_warning(session: Session, settings: Settings, warning: StripeFraudWarning) -> None:
    """Record a warning about a payment in the ledger, tell the operator, and request the refund.

    Idempotent. The worker sends the request. A warning about another payment changes nothing.
    """
    entries.lock(session)
    payment = session.scalars(
        select(Payment).where(Payment.payment_intent == warning.payment_intent)
    ).one_or_none()
    if payment is None:
        return
    row = session.get(EarlyFraudWarning, warning.id)
    is_new = row is None
    if row is None:
        row = _record(session, warning, payment)
    refunds = settings.refund_fraud_warnings and _is_refundable(session, warning, payment)
    if refunds:
        row.refund_request_id = _request_refund(session, warning, payment)
    if refunds or is_new:
        _tell(session, warning, payment, refunds=refunds)


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


def _is_refundable(session: Session, warning: StripeFraudWarning, payment: Payment) -> bool:
    """Whether a refund still helps. One that failed is not repeated: the operator was told."""
    refunded_before = select(EarlyFraudWarning.stripe_id).where(
        EarlyFraudWarning.payment_id == payment.id, EarlyFraudWarning.refund_request_id.is_not(None)
    )
    disputed = select(Dispute.id).where(Dispute.payment_id == payment.id, Dispute.status.not_like("warning%"))
    return (
        warning.actionable
        and entries.unrefunded_cents(session, payment) > 0
        and session.scalars(refunded_before).first() is None
        and session.scalars(disputed).first() is None
    )


def _request_refund(session: Session, warning: StripeFraudWarning, payment: Payment) -> int:
    amount_cents = entries.unrefunded_cents(session, payment)
    reason = f"early fraud warning {warning.id}"
    return refund_requests.get_or_create(session, payment, amount_cents, ACTOR, reason).id


def _tell(session: Session, warning: StripeFraudWarning, payment: Payment, *, refunds: bool) -> None:
    alarms.raise_alarm(
        session,
        f"fraud-warning:{warning.id}{':refunded' if refunds else ''}"[:80],
        "A bank warns that a payment may be fraud",
        f"Order {payment.order.reference}: {price(payment.amount_cents, payment.currency)} "
        f"({payment.payment_intent}), {warning.fraud_type.replace('_', ' ')}. {OUTCOMES[refunds]}",
    )
