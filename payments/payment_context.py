"""What payment code needs, passed to it as one object."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from carrel.db import Database
from carrel.mail import alarms
from carrel.services import Services
from carrel.settings import Settings
from carrel.tokens import site_secret
from payments.stripe.client import StripeAccessError, StripeApi, stripe_for


@dataclass(frozen=True)
class PaymentContext:
    """Settings, the database, and the Stripe API."""

    settings: Settings
    db: Database
    stripe: StripeApi


def payment_context(services: Services) -> PaymentContext:
    """The payment context of a running process."""
    stripe = _reporting(stripe_for(services.settings), services.db)
    return PaymentContext(services.settings, services.db, stripe)


def site_id(session: Session) -> str:
    """This site's id in Stripe metadata: several sites may share an account (PAY-10).

    Created with the database and kept in its backups, so that it survives a change of domain.
    """
    return site_secret(session, "site")[:8].hex()


@lru_cache(maxsize=4)
def _reporting(stripe: StripeApi, db: Database) -> StripeApi:
    return stripe.reporting_to(lambda error: _key_refused(db, error))


def _key_refused(db: Database, error: StripeAccessError) -> None:
    """Tell the operator at once, and once: until they act, nobody can buy, or refunds wait."""
    key, subject, text = _refused_alarm(error)
    with db.write() as session:
        if not alarms.is_open(session, key):
            alarms.raise_alarm(session, key, subject, text)


def _refused_alarm(error: StripeAccessError) -> tuple[str, str, str]:
    """Its key, subject, and text."""
    if error.permission:
        return (
            f"stripe-permission:{error.permission}"[:80],
            f"Stripe's key lacks a permission: {error.permission}",
            f"Whatever needs it is on hold. Give the key in STRIPE_SECRET_KEY {error.permission} in Stripe's dashboard "
            "(API keys); everything then resumes automatically. `carrel stripe check` lists everything that is missing.",
        )
    return (
        "stripe-key",
        "Stripe rejects this site's key",
        f"{error}. Until it is replaced, nobody can buy, passes are delayed, and refunds wait. "
        "`carrel stripe setup --new-key` takes a new key; then restart the website and the worker.",
    )
