"""What the account page says of the newsletter and of the private feed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.feeds import private
from newsletter.subscribers import links
from newsletter.subscribers.models import Pace, Subscriber
from newsletter.subscribers.receiving import is_subscribed
from newsletter.subscribers.welcoming import PACES
from website.accounts.models import Reader
from website.settings import Settings
from website.tokens import Signer


@dataclass(frozen=True)
class Standing:
    """`preferences` is the subscriber's own link, or None; `pace` in words; `feed` an address, or None."""

    preferences: str | None
    pace: str
    offers_feed: bool
    feed: str | None


def standing(session: Session, settings: Settings, signer: Signer, reader: Reader) -> Standing:
    """Where a reader stands, by the address that they have proven."""
    theirs = select(Subscriber).where(Subscriber.email_key == reader.email_key, is_subscribed())
    subscriber = session.scalars(theirs).first()
    return Standing(
        links.of(settings, signer, subscriber.address_hash).preferences if subscriber else None,
        PACES[Pace(subscriber.pace)] if subscriber else "",
        private.is_offered(settings, reader),
        private.address(session, settings, signer, reader.id),
    )
