"""What selling needs, put together once and handed to whatever sells."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel.db import Database
from carrel.http.services import Services
from carrel.settings import Settings
from carrel.tokens import site_secret
from payments.stripe.client import StripeApi, stripe_of


@dataclass(frozen=True)
class PaymentContext:
    """Settings, the database, and Stripe."""

    settings: Settings
    db: Database
    stripe: StripeApi


def shop_of(services: Services) -> PaymentContext:
    """The shop of a running process."""
    return PaymentContext(services.settings, services.db, stripe_of(services.settings))


def site_id(session: Session) -> str:
    """This site's mark on what it opens at Stripe: several sites may share an account (PAY-10).

    Born with the database and kept in its backups, so that it outlives a change of domain.
    """
    return site_secret(session, "site")[:8].hex()
