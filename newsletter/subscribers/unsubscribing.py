"""Unsubscribing, pausing and changing preferences, by the link in every mail, without a login."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from newsletter.subscribers import preferences
from newsletter.subscribers.models import Subscriber, SubscriberState, Subscription
from newsletter.subscribers.preferences import InvalidPreferencesError, Preferences

LONGEST_PAUSE = timedelta(days=366)
BY_LINK = "left by the link in a mail"


def find(session: Session, address_hash: bytes) -> Subscriber | None:
    """The subscriber with this address, while they are subscribed; None once they have left or were erased."""
    confirmed = Subscriber.address_hash == address_hash, Subscriber.state == SubscriberState.CONFIRMED
    return session.scalars(select(Subscriber).where(*confirmed)).first()


def unsubscribe(session: Session, subscriber: Subscriber, how: str = BY_LINK) -> None:
    """Send nothing more, from this commit on. A repeat changes nothing (MF-20). `how` is kept with the suppression."""
    subscriber.state, subscriber.left_at, subscriber.paused_until = SubscriberState.LEFT, clock.now(), None
    session.execute(delete(Subscription).where(Subscription.subscriber_id == subscriber.id))
    suppression.suppress(session, subscriber.email_key, SuppressionKind.NEWSLETTER, how)


def change(session: Session, subscriber: Subscriber, chosen: Preferences) -> None:
    """Subscribe to exactly these. Raises `InvalidPreferencesError` when nothing is left: leaving is another button."""
    if not chosen.exams and not chosen.topics:
        raise InvalidPreferencesError(
            "exam", "Choose at least one exam or topic. To stop all emails, unsubscribe below."
        )
    preferences.replace_subscriptions(session, subscriber, chosen)


def pause(subscriber: Subscriber, until: datetime) -> None:
    """Send nothing until then; what is new meanwhile comes afterwards."""
    subscriber.paused_until = min(until, clock.now() + LONGEST_PAUSE)


def resume(subscriber: Subscriber) -> None:
    """End the pause now."""
    subscriber.paused_until = None
