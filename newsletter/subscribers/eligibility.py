"""Who gets the digest, as conditions over `Subscriber`, so that one statement answers it for all of them."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, exists, false, func, select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.mail.models import Suppression
from carrel.settings import Settings
from newsletter.subscribers.models import Subscriber, SubscriberState

Moment = datetime | BindParameter[datetime]
AD_FREE_DIGEST = "ad-free digest"


def receives(now: Moment) -> ColumnElement[bool]:
    """Whether a digest may go out to them at this moment (MAIL-07)."""
    return and_(is_subscribed(), ~is_paused(now))


def is_subscribed() -> ColumnElement[bool]:
    """Whether they get the digest, now or after a pause."""
    return and_(Subscriber.state == SubscriberState.CONFIRMED, ~is_suppressed())


def is_paused(now: Moment) -> ColumnElement[bool]:
    """Whether they paused the digest until later than now."""
    return func.coalesce(Subscriber.paused_until > now, false())


def is_suppressed() -> ColumnElement[bool]:
    """Whether their address is suppressed: every kind of suppression stops bulk mail."""
    return exists().where(Suppression.address_hash == Subscriber.address_hash)


def is_ad_free(settings: Settings) -> ColumnElement[bool]:
    """Whether their digest is without ads: their confirmed address is one that a pass holder has proven."""
    if AD_FREE_DIGEST not in settings.pass_extras:
        return false()
    return exists().where(Reader.email_key == Subscriber.email_key, Reader.ad_free)


def why_not(session: Session, subscriber: Subscriber, now: datetime) -> str | None:
    """Why they get nothing at this moment, in words; None when they do."""
    if subscriber.state == SubscriberState.PENDING:
        return "has not confirmed yet"
    if subscriber.state == SubscriberState.LEFT:
        return "has left"
    if subscriber.paused_until and subscriber.paused_until > now:
        return f"is paused until {subscriber.paused_until:%Y-%m-%d}"
    kinds = select(Suppression.kind).where(Suppression.address_hash == subscriber.address_hash)
    reasons = session.scalars(kinds.order_by(Suppression.kind)).all()
    return f"is suppressed ({', '.join(reasons)})" if reasons else None
