"""When too many mails of an issue come back, the rest waits: a provider would shut us off for good."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from carrel.mail.alarms import raise_alarm
from carrel.mail.models import Alarm
from carrel.settings import Settings
from newsletter.bounces.models import Bounce, BounceKind
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import Delivery, DeliveryState

ACTOR = "carrel"
FEWEST = {BounceKind.HARD: 10, BounceKind.COMPLAINT: 3}  # of a handful, one is already a high rate
WORDS = {
    BounceKind.HARD: ("Too many emails of issue {} bounced", "bounced"),
    BounceKind.COMPLAINT: ("Too many readers marked issue {} as spam", "were marked as spam"),
}


@dataclass(frozen=True)
class Limits:
    """The highest rates, in percent of the mails that were sent."""

    bounces: float
    complaints: float

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """As the operator set them."""
        return cls(settings.digest_max_bounces, settings.digest_max_complaints)


@dataclass(frozen=True)
class Returned:
    """How many mails of an issue came back, each counted once for each kind."""

    hard: int = 0
    soft: int = 0
    complaint: int = 0


def returned(session: Session, issue_id: int) -> Returned:
    """What came back of an issue."""
    counted = select(Bounce.kind, func.count(Bounce.delivery_id.distinct())).where(
        Bounce.issue_id == issue_id
    )
    return Returned(**dict(session.execute(counted.group_by(Bounce.kind)).all()))


def watch(session: Session, issue_id: int, limits: Limits) -> None:
    """Pause the issue, once, when too many of its mails came back; the operator hears of it."""
    counts = returned(session, issue_id)
    for kind, count, limit in (
        (BounceKind.HARD, counts.hard, limits.bounces),
        (BounceKind.COMPLAINT, counts.complaint, limits.complaints),
    ):
        # Looked at at every tenth, as counting what was sent takes longer than a report.
        if count >= FEWEST[kind] and count % FEWEST[kind] == 0:
            rate = 100 * count / max(_sent(session, issue_id), 1)
            if rate > limit and not _was_told(session, key := f"digest-{kind}:{issue_id}"):
                subject, what = WORDS[kind]
                _pause(session, issue_id, key, subject.format(issue_id), f"{rate:.1f}% of its emails {what}.")


def _sent(session: Session, issue_id: int) -> int:
    sent = Delivery.issue_id == issue_id, Delivery.state == DeliveryState.SENT
    return session.scalar(select(func.count()).select_from(Delivery).where(*sent)) or 0


def _was_told(session: Session, key: str) -> bool:
    return bool(session.scalar(select(exists().where(Alarm.key == key))))


def _pause(session: Session, issue_id: int, key: str, subject: str, what: str) -> None:
    is_paused = issue_lifecycle.pause(session, issue_id, ACTOR, reason=f"Paused automatically: {what}")
    then = (
        "It is paused. Find out why (an old list, a wrong record in DNS), then resume or stop it."
        if is_paused
        else "It had already been sent. Find out why before the next one."
    )
    raise_alarm(session, key, subject, f"{what} {then}")
