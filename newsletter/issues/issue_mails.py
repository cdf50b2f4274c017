"""The mails of an issue, for the operator to read: those that are kept, and what it would be now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from carrel.mail.message import Content
from carrel.page_cache import Audience
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.issues import composition, texts
from newsletter.issues.models import Delivery, Issue, IssueArticle, MailVariant

MOST = 50  # of an issue's different mails; of a large site there are thousands


@dataclass(frozen=True)
class KeptMail:
    """One of the different mails of an issue, and how many subscribers it is for."""

    variant: MailVariant
    readers: int

    @property
    def has_ads(self) -> bool:
        """Whether it is for readers without the pass."""
        return Audience(self.variant.audience).has_ads


def kept_mails(session: Session, issue_id: int) -> Sequence[KeptMail]:
    """The composed mails of an issue; first the one that most get."""
    deliveries = select(Delivery.variant_id, func.count().label("count")).where(Delivery.issue_id == issue_id)
    counted = deliveries.group_by(Delivery.variant_id).subquery()
    readers = MailVariant.rolled_up + func.coalesce(counted.c.count, 0)
    mails = select(MailVariant, readers).outerjoin(counted, counted.c.variant_id == MailVariant.id)
    composed = mails.where(MailVariant.issue_id == issue_id, MailVariant.html.is_not(None), readers > 0)
    by_readers = composed.order_by(readers.desc(), MailVariant.id)
    return [KeptMail(*row) for row in session.execute(by_readers.limit(MOST))]


def find_mail(session: Session, issue_id: int, variant_id: int) -> Content | None:
    """One of them, as it was or will be sent; None when there is none."""
    variant = session.get(MailVariant, variant_id)
    if variant is None or variant.issue_id != issue_id or variant.html is None:
        return None
    return Content("newsletter/digest", variant.subject or "", variant.text or "", variant.html)


def proof(session: Session, settings: Settings, signer: Signer, issue: Issue) -> Content | None:
    """The mail with all articles of the issue, as it would be now, with an ad; None when there is nothing in it."""
    text = texts.of_issue(session, issue.id)
    if text and issue.is_broadcast:
        audience = Audience.GUEST
        return composition.compose_broadcast(
            session, settings, signer, text, issue_id=issue.id, audience=audience
        )
    snapshots = _snapshots(session, settings, issue)
    if not snapshots:
        return None
    return composition.compose_snapshots(
        session,
        settings,
        signer,
        issue,
        audience=Audience.GUEST,
        snapshots=snapshots,
        text=composition.operator_text(text),
    )


def _snapshots(session: Session, settings: Settings, issue: Issue) -> list[dict[str, Any]]:
    """Of its articles in their order; as they are now where none was kept yet."""
    brought = select(IssueArticle).where(
        IssueArticle.issue_id == issue.id, IssueArticle.withdrawn_at.is_(None)
    )
    rows = session.scalars(brought.order_by(IssueArticle.position, IssueArticle.article_id)).all()
    missing = [row.article_id for row in rows if not row.snapshot]
    made = {
        article.id: composition.snapshot_of(settings, article)
        for article in composition.articles(session, missing)
    }
    return [row.snapshot or made[row.article_id] for row in rows]
