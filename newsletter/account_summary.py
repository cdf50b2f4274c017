"""What the account page says of the newsletter and of the private feed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.feeds import private_feed
from newsletter.subscribers import links
from newsletter.subscribers.eligibility import is_subscribed
from newsletter.subscribers.models import Frequency, Subscriber
from newsletter.subscribers.welcome import FREQUENCY_PHRASES


@dataclass(frozen=True)
class NewsletterSummary:
    """`preferences` is the subscriber's own link, or None; `frequency` in words; `feed` an address, or None."""

    preferences: str | None
    frequency: str
    offers_feed: bool
    feed: str | None


def newsletter_summary(
    session: Session, settings: Settings, signer: Signer, reader: Reader
) -> NewsletterSummary:
    """Where a reader stands, by the address that they have proven."""
    theirs = select(Subscriber).where(Subscriber.email_key == reader.email_key, is_subscribed())
    subscriber = session.scalars(theirs).first()
    return NewsletterSummary(
        links.of(settings, signer, subscriber.address_hash).preferences if subscriber else None,
        FREQUENCY_PHRASES[Frequency(subscriber.frequency)] if subscriber else "",
        private_feed.is_offered(settings, reader),
        private_feed.address(session, settings, signer, reader.id),
    )
