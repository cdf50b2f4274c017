"""Subscribing as a visitor does it, through the site's own pages."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import OutboxMail, SuppressionKind
from carrel.services import Services
from newsletter.subscribers.eligibility import receives
from newsletter.subscribers.models import Subscriber, SubscriberState, Subscription
from tests.support.browser import Browser
from tests.support.newsletter import put_subscriber

ANNA = "anna@example.org"
COOKIE = "__Host-carrel_sign_up"
LINK = re.compile(r"https://carrel\.test(/newsletter/[a-z]+/[A-Za-z0-9_.-]+)")


def ask(browser: Browser, email: str = ANNA, *, follow: bool = True, **fields: Any) -> TestResponse:
    """Send the box that stands on every article."""
    box = {"website": "", "email": email, "pace": "weekly", "exam": "cpb"}
    return browser.post("/subscribe/", box | fields, follow=follow)


def links_in(mail: OutboxMail) -> list[str]:
    """The paths of the newsletter's links in a mail, text and HTML."""
    return list(dict.fromkeys(LINK.findall(mail.text) + LINK.findall(mail.html)))


def link_in(mail: OutboxMail, kind: str) -> str:
    """The path of the link of that kind: confirm, preferences, unsubscribe."""
    return next(path for path in links_in(mail) if path.startswith(f"/newsletter/{kind}/"))


def the_subscriber(services: Services) -> Subscriber:
    """The only one there is."""
    with services.db.read() as session:
        return session.scalars(select(Subscriber)).one()


def count(services: Services, model: type) -> int:
    """How many rows."""
    with services.db.read() as session:
        return session.scalars(select(func.count()).select_from(model)).one()


def gets_mail(services: Services) -> bool:
    """Whether anybody would get a digest now."""
    with services.db.read() as session:
        return session.scalars(select(Subscriber).where(receives(clock.now()))).first() is not None


def subscribed_slugs(services: Services) -> list[str]:
    """The exams and topics that are subscribed to, the oldest first."""
    with services.db.read() as session:
        subscriptions = session.scalars(select(Subscription).order_by(Subscription.id)).all()
        exams = [row.exam.slug for row in subscriptions if row.exam]
        return exams + [f"topic:{row.topic.slug}" for row in subscriptions if row.topic]


def put_state(services: Services, state: str) -> None:
    """Let Anna be in this state, or suppressed for this reason."""
    with services.db.write() as session:
        match state:
            case "subscribed":
                put_subscriber(session, ANNA)
            case "paused":
                put_subscriber(session, ANNA, paused_until=clock.now() + timedelta(days=9))
            case "left":
                put_subscriber(session, ANNA, state=SubscriberState.LEFT, left_at=clock.now())
            case "pending":
                put_subscriber(session, ANNA, state=SubscriberState.PENDING, confirmed_at=None)
            case SuppressionKind():
                put_subscriber(session, ANNA)
                suppression.suppress(session, ANNA, state)


class QueuedMails:
    """The mails that were queued."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def all(self) -> list[OutboxMail]:
        """Every one, the oldest first."""
        with self._services.db.read() as session:
            return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))

    def names(self) -> list[str]:
        """Which kinds, the oldest first."""
        return [mail.name for mail in self.all()]

    def newest(self) -> OutboxMail:
        """The last one."""
        return self.all()[-1]
