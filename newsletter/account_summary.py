"""The newsletter and the private feed on the account page."""

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
    """`preferences` is the subscriber's link, or None; `frequency` is in words; `feed` is a URL, or None."""

    preferences: str | None
    frequency: str
    offers_feed: bool
    feed: str | None


def newsletter_summary(
    session: Session, settings: Settings, signer: Signer, reader: Reader
) -> NewsletterSummary:
    """The summary for a reader, by the address that they have proven."""
    subscribed = select(Subscriber).where(Subscriber.email_key == reader.email_key, is_subscribed())
    subscriber = session.scalars(subscribed).first()
    return NewsletterSummary(
        links.links_for(settings, signer, subscriber.address_hash).preferences if subscriber else None,
        FREQUENCY_PHRASES[Frequency(subscriber.frequency)] if subscriber else "",
        private_feed.is_offered(settings, reader),
        private_feed.url(session, settings, signer, reader.id),
    )
