"""Every mail of the newsletter to one subscriber, with its fate. Whether it was read we do not know: nothing tracks that."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from carrel.mail.models import OutboxMail, OutboxState
from newsletter.bounces.models import Bounce
from newsletter.issues.models import Delivery, DeliveryState, Issue, MailVariant
from newsletter.subscribers.models import SignUp, Subscriber

SHOWN = 200
FATES = {
    DeliveryState.QUEUED: "Waiting to be sent",
    DeliveryState.LEASED: "Being sent",
    DeliveryState.SENT: "Sent",
    DeliveryState.FAILED: "Failed",
    DeliveryState.SUPPRESSED: "Not sent: the address was suppressed, or the article was withdrawn",
    DeliveryState.UNSUBSCRIBED: "Not sent: they had unsubscribed or paused",
    DeliveryState.UNCERTAIN: "Uncertain: the connection broke at the end, so it may have arrived",
}
CONFIRM, WELCOME, ALREADY = "Confirmation request", "Welcome", "Already subscribed"


@dataclass(frozen=True)
class HistoryEntry:
    """One mail: when, what, its fate, and why. `issue_id` is set when it was a digest."""

    at: datetime
    subject: str
    fate: str
    why: str
    issue_id: int | None = None


def mail_history(session: Session, subscriber: Subscriber) -> list[HistoryEntry]:
    """The newest mails first, at most 200 digests."""
    entries = [*_digests(session, subscriber), *_around(session, subscriber)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _digests(session: Session, subscriber: Subscriber) -> list[HistoryEntry]:
    mails = (
        select(Delivery, MailVariant.subject, Issue.frequency)
        .join(MailVariant, MailVariant.id == Delivery.variant_id)
        .join(Issue, Issue.id == Delivery.issue_id)
        .where(Delivery.subscriber_id == subscriber.id)
        .order_by(Delivery.id.desc())
        .limit(SHOWN)
    )
    rows = session.execute(mails).all()
    returned = _bounces(session, [delivery.id for delivery, _subject, _frequency in rows])
    return [
        HistoryEntry(
            delivery.ended_at or delivery.due_at,
            subject or f"Issue {delivery.issue_id}, {frequency}",
            FATES[DeliveryState(delivery.state)],
            "; ".join(filter(None, [delivery.problem, *returned[delivery.id]])),
            delivery.issue_id,
        )
        for delivery, subject, frequency in rows
    ]


def _bounces(session: Session, delivery_ids: list[int]) -> dict[int, list[str]]:
    returned: dict[int, list[str]] = defaultdict(list)
    bounces = select(Bounce).where(Bounce.delivery_id.in_(delivery_ids)).order_by(Bounce.id)
    for bounce in session.scalars(bounces):
        words = "reported as spam" if bounce.kind == "complaint" else f"bounced ({bounce.kind})"
        if bounce.delivery_id:
            returned[bounce.delivery_id].append(": ".join(filter(None, [words, bounce.reason])))
    return returned


def _around(session: Session, subscriber: Subscriber) -> list[HistoryEntry]:
    """The mails around the subscription. The outbox keeps that they went out, without their texts."""
    sign_ups = session.scalars(select(SignUp.id).where(SignUp.subscriber_id == subscriber.id)).all()
    names = {f"newsletter-confirm:{number}": CONFIRM for number in sign_ups}
    names |= {f"newsletter-welcome:{number}": WELCOME for number in sign_ups}
    reminders = OutboxMail.key.startswith(f"newsletter-already:{subscriber.id}:", autoescape=True)
    mails = select(OutboxMail).where(or_(OutboxMail.key.in_(names), reminders))
    return [
        HistoryEntry(
            mail.ended_at or mail.created_at,
            names.get(mail.key, ALREADY),
            _outbox_fate(mail),
            mail.problem,
        )
        for mail in session.scalars(mails.order_by(OutboxMail.id.desc()).limit(SHOWN))
    ]


def _outbox_fate(mail: OutboxMail) -> str:
    if mail.state == OutboxState.SUPPRESSED:
        return "Not sent: the address was suppressed"
    return FATES[DeliveryState(mail.state)]
