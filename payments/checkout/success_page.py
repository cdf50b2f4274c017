"""The page after Checkout: it asks Stripe, and trusts nothing in its URL (PAY-18)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from payments.fulfillment.fulfill import fulfill
from payments.gifts.mails import gift_page
from payments.ledger import entries, gifts
from payments.ledger.entitlement import derive_entitlement
from payments.models import Order
from payments.payment_context import PaymentContext
from payments.stripe.events import ID_PATTERN

log = structlog.get_logger()
# By then every process knows of the pass (page_cache.POLL_SECONDS), and no page shows ads to its reader.
PROPAGATED_AFTER: Final = timedelta(seconds=1)


class CheckoutOutcome(StrEnum):
    """What became of a Checkout Session."""

    ACTIVE = "active"
    PROCESSING = "processing"
    VOUCHER = "voucher"
    FAILED = "failed"
    NOT_YOURS = "not yours"
    SECOND = "second"
    HELD = "held"
    ENDED = "ended"
    GIFT = "gift"


@dataclass(frozen=True)
class CheckoutResult:
    """The outcome, and the page where the reader pressed the button."""

    outcome: CheckoutOutcome
    return_to: str = "/"
    is_propagated: bool = False
    gift_page: str | None = None


def checkout_result(
    context: PaymentContext, checkout_session_id: str, reader_id: int | None
) -> CheckoutResult:
    """The outcome of a Checkout Session, for the reader who ordered; NOT_YOURS for anybody else.

    Whoever opens the page, the session is fulfilled. A failure there is not shown as an error: the payment may
    have succeeded, and the webhook or reconciliation will fulfill it.
    """
    if not ID_PATTERN.fullmatch(checkout_session_id):
        return CheckoutResult(CheckoutOutcome.NOT_YOURS)
    with context.db.read() as session:
        order = _order(session, checkout_session_id)
    if order is None:
        return CheckoutResult(CheckoutOutcome.NOT_YOURS)
    if order.state in {"open", "pending"}:
        try:
            fulfill(context, checkout_session_id)
        except Exception as failure:  # see above
            log.warning(
                "not fulfilled on return", session_id=checkout_session_id, failure=type(failure).__name__
            )
    with context.db.read() as session:
        order = _order(session, checkout_session_id)
        if order is None or order.reader_id != reader_id:
            return CheckoutResult(CheckoutOutcome.NOT_YOURS)
        return _result(session, order, checkout_session_id)


def _order(session: Session, checkout_session_id: str) -> Order | None:
    return session.scalars(
        select(Order).where(Order.checkout_session_id == checkout_session_id)
    ).one_or_none()


def _result(session: Session, order: Order, checkout_session_id: str) -> CheckoutResult:
    if order.state in {"failed", "expired"}:
        return CheckoutResult(CheckoutOutcome.FAILED, order.return_to)
    payment = entries.payment_for(session, checkout_session_id)
    if payment is None:
        waiting = CheckoutOutcome.VOUCHER if order.awaits_buyer else CheckoutOutcome.PROCESSING
        return CheckoutResult(waiting, order.return_to)
    if payment.outcome != "granted":
        return CheckoutResult(CheckoutOutcome(payment.outcome), order.return_to)
    if gift := gifts.gift_of(session, order):
        outcome = (
            CheckoutOutcome.GIFT if gifts.gift_state(session, gift).reason.has_pass else CheckoutOutcome.ENDED
        )
        return CheckoutResult(outcome, order.return_to, gift_page=gift_page(order))
    if not derive_entitlement(entries.reader_history(session, order.reader_id)).ad_free:
        return CheckoutResult(CheckoutOutcome.ENDED, order.return_to)
    return CheckoutResult(
        CheckoutOutcome.ACTIVE, order.return_to, clock.now() - payment.recorded_at > PROPAGATED_AFTER
    )
