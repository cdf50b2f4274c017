"""What payment code needs, passed to it as one object."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel.db import Database
from carrel.services import Services
from carrel.settings import Settings
from carrel.tokens import site_secret
from payments.stripe.client import StripeApi, stripe_for


@dataclass(frozen=True)
class PaymentContext:
    """Settings, the database, and the Stripe API."""

    settings: Settings
    db: Database
    stripe: StripeApi


def payment_context(services: Services) -> PaymentContext:
    """The payment context of a running process."""
    return PaymentContext(services.settings, services.db, stripe_for(services.settings))


def site_id(session: Session) -> str:
    """This site's id in Stripe metadata: several sites may share an account (PAY-10).

    Created with the database and kept in its backups, so that it survives a change of domain.
    """
    return site_secret(session, "site")[:8].hex()
