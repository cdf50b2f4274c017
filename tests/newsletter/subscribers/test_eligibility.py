"""Who gets the digest, asked of all at once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from carrel.db import Database
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.settings import Settings
from newsletter.subscribers.eligibility import is_ad_free, is_subscribed, receives, why_not
from newsletter.subscribers.models import Subscriber, SubscriberState
from tests.support.newsletter import put_reader, put_subscriber

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(days=1)


def pending(session: Session) -> Subscriber:
    return put_subscriber(session, state=SubscriberState.PENDING, confirmed_at=None)


def left(session: Session) -> Subscriber:
    return put_subscriber(session, state=SubscriberState.LEFT, left_at=EARLIER)


def paused(session: Session) -> Subscriber:
    return put_subscriber(session, paused_until=LATER)


def back_from_a_pause(session: Session) -> Subscriber:
    return put_subscriber(session, paused_until=NOW)


def suppressed(session: Session) -> Subscriber:
    suppression.suppress(session, "anna@example.org", SuppressionKind.BOUNCE)
    return put_subscriber(session)


CASES = [
    (put_subscriber, True, True, None),
    (back_from_a_pause, True, True, None),
    (paused, False, True, "is paused until 2026-11-03"),
    (pending, False, False, "has not confirmed yet"),
    (left, False, False, "has left"),
    (suppressed, False, False, "is suppressed (bounce)"),
]


@pytest.mark.parametrize(("put", "gets_it", "subscribed", "reason"), CASES)
def test_mail_07_who_gets_a_digest_and_why_others_do_not(
    db: Database, put: Callable[[Session], Subscriber], *, gets_it: bool, subscribed: bool, reason: str | None
) -> None:
    with db.write() as session:
        subscriber = put(session)
        put_subscriber(session, "ben@example.org", state=SubscriberState.LEFT, left_at=EARLIER)
        receivers = set(session.scalars(select(Subscriber.id).where(receives(NOW))))
        assert receivers == ({subscriber.id} if gets_it else set())
        assert (
            subscriber.id in session.scalars(select(Subscriber.id).where(is_subscribed())).all()
        ) is subscribed
        assert why_not(session, subscriber, NOW) == reason


@pytest.mark.parametrize("ad_free", [True, False])
def test_a_subscriber_with_the_proven_address_of_a_holder_gets_the_edition_without_ads(
    db: Database, settings: Settings, ad_free: bool
) -> None:
    with db.write() as session:
        subscriber = put_subscriber(session, "Anna@example.org")
        put_reader(session, "anna@EXAMPLE.org".lower(), ad_free=ad_free)
        put_reader(session, None, ad_free=True)
        assert (
            session.scalars(select(Subscriber.id).where(is_ad_free(settings))).all()
            == [subscriber.id] * ad_free
        )


def test_an_operator_can_turn_the_ad_free_digest_off(db: Database, settings: Settings) -> None:
    without = settings.model_copy(update={"pass_extras": ("private feed",)})
    with db.write() as session:
        put_subscriber(session)
        put_reader(session, ad_free=True)
        assert session.scalars(select(Subscriber.id).where(true(), is_ad_free(without))).all() == []
