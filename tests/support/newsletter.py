"""Subscribers and readers for tests."""

from typing import Any

from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from carrel.mail import addresses, suppression
from newsletter.subscribers.models import Subscriber, SubscriberState, Subscription
from tests.support.articles import put_exam


def put_reader(session: Session, email: str | None = "anna@example.org", **columns: Any) -> Reader:
    """A reader; with an address, they have proven it."""
    values = {"email": email, "email_key": email and email.lower(), "created_at": clock.now()}
    reader = Reader(**(values | columns))
    session.add(reader)
    session.flush()
    return reader


def put_subscriber(session: Session, email: str = "anna@example.org", **columns: Any) -> Subscriber:
    """A subscriber who has confirmed, unless the columns say otherwise, and wants the exam CPB."""
    now, address = clock.now(), addresses.parse(email)
    values = {
        "email": address.typed,
        "email_key": address.key,
        "address_hash": suppression.address_hash(session, address.key),
        "state": SubscriberState.CONFIRMED,
        "created_at": now,
        "confirmed_at": now,
    }
    subscriber = Subscriber(**(values | columns))
    if subscriber.state == SubscriberState.CONFIRMED:
        subscriber.subscriptions.append(Subscription(exam_id=put_exam(session).id, since=now))
    session.add(subscriber)
    session.flush()
    return subscriber
