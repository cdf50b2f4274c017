"""Looking for early fraud warnings of which no event told: the endpoint may not be subscribed to them."""

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import select

from carrel import clock
from carrel.services import Services
from payments.account_models import EarlyFraudWarning
from payments.fulfillment.fraud_warnings import apply_warning
from payments.fulfillment.fulfill import fulfill
from payments.models import Payment
from payments.payment_context import PaymentContext, payment_context
from payments.stripe.balance_schemas import StripeFraudWarning
from payments.stripe.client import StripeUnavailableError

log = structlog.get_logger()
RECENT: Final = timedelta(days=30)


def run_step(services: Services) -> bool:
    """Worker: apply the recent warnings that are not recorded, or about which something can still be done."""
    if services.settings.sells:
        try:
            apply_missed_warnings(payment_context(services))
        except StripeUnavailableError as error:
            log.warning("early fraud warnings not read", why=str(error))
    return False


def apply_missed_warnings(context: PaymentContext) -> None:
    """Apply them. A payment that is not in the ledger yet waits for the next time.

    Raises `StripeUnavailableError`.
    """
    for warning in context.stripe.list_fraud_warnings(clock.now() - RECENT):
        if checkout_session_id := _payment_to_check(context, warning):
            _apply(context, checkout_session_id, warning)


def _apply(context: PaymentContext, checkout_session_id: str, warning: StripeFraudWarning) -> None:
    try:
        fulfill(
            context,
            checkout_session_id,
            lambda session: apply_warning(session, context.settings, warning),
        )
    except StripeUnavailableError:
        raise
    except Exception:  # one that cannot be applied must not stop the others
        log.exception("early fraud warning not applied", warning=warning.id)


def _payment_to_check(context: PaymentContext, warning: StripeFraudWarning) -> str | None:
    """The Checkout Session of a warning that has something new, if it is of ours."""
    if warning.payment_intent is None:
        return None
    paid = select(Payment.checkout_session_id).where(Payment.payment_intent == warning.payment_intent)
    with context.db.read() as session:
        if not warning.actionable and session.get(EarlyFraudWarning, warning.id) is not None:
            return None
        return session.scalars(paid).one_or_none()
