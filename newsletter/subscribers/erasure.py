"""Forgetting an address: nothing of it stays but its HMAC, so that no import brings it back (MAIL-19)."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import Services
from newsletter.subscribers.confirmation import LASTS
from newsletter.subscribers.models import SignUp, Subscriber, SubscriberState

EVERY_SECONDS = 3600.0
AT_ONCE = 1000


def erase(session: Session, email_key: str) -> bool:
    """Erase the subscriber with this address, choices and evidence included. Whether there was one."""
    suppression.suppress(session, email_key, SuppressionKind.NEWSLETTER, "erased")
    erasing = delete(Subscriber).where(Subscriber.email_key == email_key)
    return session.scalars(erasing.returning(Subscriber.id)).first() is not None


def run_step(services: Services) -> bool:
    """A step of the worker: forget those who never confirmed, once their last link has expired (MAIL-12).

    Whether there may be more.
    """
    with services.db.write() as session:
        expired = SignUp.confirmed_at.is_(None), SignUp.asked_at <= clock.now() - LASTS
        session.execute(delete(SignUp).where(*expired))
        waits = exists().where(SignUp.subscriber_id == Subscriber.id)
        given_up = (
            select(Subscriber.id).where(Subscriber.state == SubscriberState.PENDING, ~waits).limit(AT_ONCE)
        )
        # Locked first, and asked again: somebody may be subscribing with that address at this very moment.
        ids = session.scalars(given_up.with_for_update(skip_locked=True)).all()
        session.execute(delete(Subscriber).where(Subscriber.id.in_(ids), ~waits))
        return len(ids) == AT_ONCE
