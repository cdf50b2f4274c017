"""How the deliveries of an issue stand (MAIL-03), and what an operator can do about what did not arrive."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.db import insert_into
from newsletter.issues import delivery_totals, floor
from newsletter.issues.issue_lifecycle import SENDING_LASTS
from newsletter.issues.models import (
    NO_ARTICLES,
    DeliveredArticle,
    Delivery,
    DeliveryState,
    Issue,
    IssueArticle,
    IssueState,
    MailVariant,
)
from newsletter.subscribers.models import Subscriber


@dataclass(frozen=True)
class DeliveryStats:
    """How many recipients an issue has, and how many of their mails are in each state."""

    recipients: int
    queued: int = 0
    claimed: int = 0
    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    unsubscribed: int = 0
    uncertain: int = 0

    @property
    def open(self) -> int:
        """How many are still to be sent."""
        return self.queued + self.claimed

    @property
    def adds_up(self) -> bool:
        """frozen = sent + failed + suppressed + unsubscribed + uncertain + queued (+ claimed)."""
        ended = self.sent + self.failed + self.suppressed + self.unsubscribed + self.uncertain
        return self.recipients == ended + self.open

    @property
    def sentence(self) -> str:
        """In words: "3 recipients: 2 sent, 1 queued"."""
        counts = [
            f"{count} {'being sent' if state == DeliveryState.LEASED else state}"
            for state, count in asdict(self).items()
            if count and state != "recipients"
        ]
        return f"{self.recipients} recipients: {', '.join(counts) or 'none'}"


def stats_of(session: Session, issue: Issue) -> DeliveryStats:
    """The statistics of an issue that is frozen."""
    return DeliveryStats(issue.recipients, **delivery_totals.count_by_state(session, issue.id))


def uncertain(session: Session, issue_id: int) -> Sequence[tuple[Delivery, str | None]]:
    """The deliveries that may or may not have arrived, with their addresses (None after an erasure)."""
    rows = select(Delivery, Subscriber.email).outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
    rows = rows.where(Delivery.issue_id == issue_id, Delivery.state == DeliveryState.UNCERTAIN)
    return [(delivery, email) for delivery, email in session.execute(rows.order_by(Delivery.id))]


def retry_uncertain(session: Session, issue_id: int, actor: str) -> int:
    """Queue the uncertain deliveries again: some readers may get the mail twice. How many (MAIL-04)."""
    uncertain = (Delivery.issue_id == issue_id, Delivery.state == DeliveryState.UNCERTAIN)
    return _queue_again(session, issue_id, "digest.retry_uncertain", actor, *uncertain)


def retry_failed(session: Session, issue_id: int, actor: str) -> int:
    """Queue the failed deliveries again, except where another issue has sent one of the articles since. How many.

    What is below the floor may have been sent by an issue whose deliveries are rolled up, so it stays.
    """
    failed = (Delivery.issue_id == issue_id, Delivery.state == DeliveryState.FAILED)
    variants = select(MailVariant).where(MailVariant.id.in_(select(Delivery.variant_id).where(*failed)))
    for variant in session.scalars(variants).all():
        _reserve_articles_again(session, variant)
    has_its_articles = or_(
        exists().where(
            DeliveredArticle.subscriber_id == Delivery.subscriber_id, DeliveredArticle.issue_id == issue_id
        ),
        exists().where(MailVariant.id == Delivery.variant_id, MailVariant.articles == NO_ARTICLES),
    )
    return _queue_again(session, issue_id, "digest.retry_failed", actor, *failed, has_its_articles)


def _reserve_articles_again(session: Session, variant: MailVariant) -> None:
    """Reserve the articles of a mail again for those whose delivery failed."""
    ids = variant.article_ids
    meanwhile = exists().where(
        DeliveredArticle.subscriber_id == Delivery.subscriber_id, DeliveredArticle.article_id.in_(ids)
    )
    rows = (
        select(Delivery.subscriber_id, IssueArticle.article_id, Delivery.issue_id)
        .join(IssueArticle, IssueArticle.issue_id == Delivery.issue_id)
        .where(Delivery.variant_id == variant.id, Delivery.state == DeliveryState.FAILED)
        .where(Delivery.subscriber_id.is_not(None), IssueArticle.article_id.in_(ids), ~meanwhile)
        .where(~floor.is_below(variant.issue_id, ids))
    )
    taking = insert_into(session, DeliveredArticle)
    session.execute(taking.from_select(["subscriber_id", "article_id", "issue_id"], rows))


def _queue_again(
    session: Session, issue_id: int, action: str, actor: str, *which: ColumnElement[bool]
) -> int:
    retryable = (IssueState.SENDING, IssueState.PAUSED, IssueState.FINISHED)
    retryable_issue = select(Issue).where(Issue.id == issue_id, Issue.state.in_(retryable)).with_for_update()
    if (issue := session.scalars(retryable_issue).first()) is None:
        return 0
    now = clock.now()
    fresh = {"state": DeliveryState.QUEUED, "due_at": now, "tries": 0, "problem": ""}
    free = {"owner": None, "lease_until": None, "begun_at": None, "ended_at": None}
    # One that was erased meanwhile has nobody to go to.
    queueing = update(Delivery).where(*which, Delivery.subscriber_id.is_not(None)).values(fresh | free)
    count = len(session.scalars(queueing.returning(Delivery.id)).all())
    issue.send_until = now + SENDING_LASTS
    if count and issue.state == IssueState.FINISHED:
        issue.state, issue.finished_at = IssueState.SENDING, None
    audit.record(session, actor=actor, action=action, subject=f"issue:{issue_id}", reason=f"{count} mails")
    return count
