"""A digest that ten readers were sent."""

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from carrel.mail import suppression
from carrel.mail.suppression import MessageType
from carrel.services import Services
from carrel.settings import Settings
from newsletter.bounces import rates
from newsletter.bounces.models import Bounce, BounceKind
from newsletter.bounces.record import record
from newsletter.bounces.report import Report
from newsletter.delivery import message_ids
from newsletter.issues.models import Delivery, Issue
from newsletter.subscribers.models import Subscriber
from tests.newsletter.bounces.documented import MAILGUN_KEY, POSTMARK_SECRET, TOPIC
from tests.support.digests import put_issue, send_all

LIMITS = rates.Limits(5, 0.3)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With the secrets of three services."""
    secrets = {
        "postmark_webhook_secret": SecretStr(POSTMARK_SECRET),
        "mailgun_signing_key": SecretStr(MAILGUN_KEY),
    }
    return settings.model_copy(update={"amazon_sns_topic": TOPIC, **secrets})


@dataclass(frozen=True)
class SentIssue:
    """What was sent, and what became of it."""

    services: Services

    def delivery(self, number: int = 0) -> Delivery:
        """The mail that reader-<number>@example.org was sent."""
        with self.services.db.read() as session:
            reader = select(Subscriber.id).where(Subscriber.email == self.address(number))
            newest = select(Delivery).where(Delivery.subscriber_id == reader.scalar_subquery())
            return session.scalars(newest.order_by(Delivery.id.desc()).limit(1)).one()

    def address(self, number: int = 0) -> str:
        """A reader's."""
        return f"reader-{number}@example.org"

    def message_id(self, number: int = 0) -> str:
        """The header's value in that reader's mail."""
        return f"<digest.{message_ids.stable_id(self.services.signer, self.delivery(number).id)}@carrel.test>"

    def subscriber(self, number: int = 0) -> Subscriber:
        """The reader's row."""
        with self.services.db.read() as session:
            return session.scalars(select(Subscriber).where(Subscriber.email == self.address(number))).one()

    def tell(self, kind: BounceKind, number: int = 0, key: str = "", **values: Any) -> int:
        """Record one report. How many were new."""
        report = Report(
            "test", key or f"{number}:{kind}", kind, **({"address": self.address(number)} | values)
        )
        with self.services.db.write() as session:
            return record(session, self.services.signer, [report], LIMITS)

    def bounces(self) -> list[Bounce]:
        """All that are kept."""
        with self.services.db.read() as session:
            return list(session.scalars(select(Bounce).order_by(Bounce.id)))

    def gets(self, number: int = 0, message_type: MessageType = MessageType.BULK) -> bool:
        """Whether a mail of this type may go to the reader."""
        with self.services.db.read() as session:
            return not suppression.is_suppressed(session, self.address(number), message_type)

    def issue(self) -> Issue:
        """The only one."""
        with self.services.db.read() as session:
            return session.scalars(select(Issue)).one()


@pytest.fixture
def sent(post: Services) -> SentIssue:
    """An issue of one article, sent to ten readers."""
    put_issue(post, 10)
    send_all(post)
    return SentIssue(post)
