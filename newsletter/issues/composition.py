"""The texts of an issue: kept article by article when it is frozen, then composed once for all who get the same."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from articles.models import Article, Exam
from articles.render import for_feed
from carrel import clock
from carrel.ads.ad_server import AdContext, AdServer, FilledSlot, SlotPlace
from carrel.mail.message import Content
from carrel.page_cache import Audience
from carrel.services import Services
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.issues import issue_lifecycle, issue_mail, texts, withdrawal
from newsletter.issues.issue_mail import NO_TEXT, OperatorText
from newsletter.issues.mail_pictures import with_mail_pictures
from newsletter.issues.models import DeliveredArticle, Delivery, Issue, IssueArticle, IssueState, MailVariant
from newsletter.subscribers.models import Frequency
from newsletter.writing.models import IssueText

NOBODY = "Nobody would get these articles. Choose others, or stop the issue."
NOT_ENDED = (IssueState.FROZEN, IssueState.WAITING, IssueState.SENDING, IssueState.PAUSED)


def freeze(session: Session, settings: Settings, issue: Issue) -> None:
    """Called when all recipients are known: keep the texts of their articles as they are now (MAIL-28)."""
    withdrawal.withdraw_gone(session, issue.id)
    _drop_unused(session, issue.id)
    _keep_snapshots(session, settings, issue)
    now = clock.now()
    recipients = select(func.count()).where(Delivery.issue_id == issue.id)
    issue.recipients = session.scalars(recipients).one()
    issue.frozen_at = now
    issue.state = IssueState.FROZEN
    if not issue.recipients and texts.of_issue(session, issue.id) and not issue.is_broadcast:
        issue.state, issue.reason = IssueState.WAITING, NOBODY
    elif not issue.recipients:
        issue.state, issue.finished_at = IssueState.FINISHED, now


def _drop_unused(session: Session, issue_id: int) -> None:
    used = exists().where(
        DeliveredArticle.article_id == IssueArticle.article_id, DeliveredArticle.issue_id == issue_id
    )
    unused = delete(IssueArticle).where(IssueArticle.issue_id == issue_id, ~IssueArticle.is_trigger, ~used)
    session.execute(unused)


def _keep_snapshots(session: Session, settings: Settings, issue: Issue) -> None:
    digest = hashlib.sha256()
    rows = select(IssueArticle).where(IssueArticle.issue_id == issue.id, IssueArticle.withdrawn_at.is_(None))
    for row in session.scalars(rows.order_by(IssueArticle.article_id)):
        snapshot = snapshot_of(settings, articles(session, [row.article_id])[0])
        row.snapshot = snapshot | {"html": with_mail_pictures(settings, snapshot["html"])}
        digest.update(json.dumps(row.snapshot, sort_keys=True).encode())
    issue.content_hash = digest.hexdigest()


def articles(session: Session, ids: Sequence[int]) -> Sequence[Article]:
    """The articles with their texts, in the order in which mails show them."""
    whole = (joinedload(Article.exam), joinedload(Article.content))
    return session.scalars(
        select(Article).where(Article.id.in_(ids)).options(*whole).order_by(Article.id)
    ).all()


def snapshot_of(settings: Settings, article: Article) -> dict[str, Any]:
    """An article as mails show it: plain values, every URL absolute."""
    url = settings.base_url + article.url
    html = for_feed(article.content.html, url) if article.content else ""
    return {
        "id": article.id,
        "url": url,
        "title": article.title,
        "summary": article.summary,
        "minutes": article.reading_minutes,
        "exam": article.exam.name,
        "exam_slug": article.exam.slug,
        "language": article.language or settings.site_language,
        "html": issue_mail.without_placeholder(html),
        "ads": article.ads,
    }


def run_step(services: Services) -> bool:
    """A step of the worker: compose one mail of a frozen issue; when all are composed, it may be sent."""
    with services.db.read() as session:
        row = session.execute(_uncomposed()).first()
        if row:
            issue, variant = row
            version = session.scalars(texts.version(issue.id)).one()
            content = compose(session, services.settings, services.signer, issue, variant)
    if row is None:
        return issue_lifecycle.begin_one(services)
    with services.db.write() as session:
        # Another worker may have taken so long that the issue was edited meanwhile.
        is_current = texts.version(issue.id).scalar_subquery() == version
        writing = update(MailVariant).where(
            MailVariant.id == variant.id, MailVariant.html.is_(None), is_current
        )
        session.execute(writing.values(subject=content.subject, text=content.text, html=content.html))
    return True


def _uncomposed() -> Select[Issue, MailVariant]:
    uncomposed = select(Issue, MailVariant).join(MailVariant, MailVariant.issue_id == Issue.id)
    return (
        uncomposed.where(Issue.state.in_(NOT_ENDED), MailVariant.html.is_(None))
        .order_by(MailVariant.id)
        .limit(1)
    )


def compose(
    session: Session, settings: Settings, signer: Signer, issue: Issue, variant: MailVariant
) -> Content:
    """The mail of one variant, from the texts that the issue keeps."""
    in_mail = select(IssueArticle.snapshot).where(
        IssueArticle.issue_id == issue.id, IssueArticle.article_id.in_(variant.article_ids)
    )
    rows = session.scalars(in_mail.order_by(IssueArticle.position, IssueArticle.article_id))
    snapshots = [snapshot for snapshot in rows if snapshot]
    text = texts.of_issue(session, issue.id)
    audience = Audience(variant.audience)
    if text and issue.is_broadcast:
        return compose_broadcast(session, settings, signer, text, issue_id=issue.id, audience=audience)
    return compose_snapshots(
        session, settings, signer, issue, audience=audience, snapshots=snapshots, text=operator_text(text)
    )


def operator_text(text: IssueText | None) -> OperatorText:
    """As mails show it."""
    if text is None:
        return NO_TEXT
    return OperatorText(*map(issue_mail.without_placeholder, (text.subject, text.html)))


def compose_broadcast(
    session: Session,
    settings: Settings,
    signer: Signer,
    text: IssueText,
    *,
    issue_id: int = 0,
    audience: Audience,
) -> Content:
    """The mail of a broadcast, with an ad unless its readers have the pass; 0: it has no issue yet."""
    exam_ids = text.exams if not text.topics else []
    exam = session.get(Exam, exam_ids[0]) if len(exam_ids) == 1 else None
    where = AdContext(f"digest:{issue_id}", exam.slug if exam else "")
    ad = _ad_for(session, settings, signer, where) if audience.has_ads else None
    view_url = view_url_of(settings, issue_id)
    return issue_mail.compose_broadcast(settings, operator_text(text), ad=ad, view_url=view_url)


def view_url_of(settings: Settings, issue_id: int) -> str:
    """Where an issue can be read by everybody."""
    return f"{settings.base_url}/newsletter/archive/{issue_id}/"


def compose_snapshots(
    session: Session,
    settings: Settings,
    signer: Signer,
    issue: Issue,
    *,
    audience: Audience,
    snapshots: Sequence[dict[str, Any]],
    text: OperatorText = NO_TEXT,
) -> Content:
    """The mail that brings these snapshots, with the ad of the digest's slot unless its readers have the pass."""
    ad = _ad(session, settings, signer, issue, snapshots) if audience.has_ads else None
    view = view_url_of(settings, issue.id)
    frequency = Frequency(issue.frequency)
    return issue_mail.compose_issue(settings, frequency, snapshots, ad=ad, view_url=view, text=text)


def _ad(
    session: Session, settings: Settings, signer: Signer, issue: Issue, snapshots: Sequence[dict[str, Any]]
) -> FilledSlot | None:
    if not any(snapshot["ads"] for snapshot in snapshots):
        return None
    exams = {snapshot["exam_slug"] for snapshot in snapshots}
    where = AdContext(f"digest:{issue.id}", exams.pop() if len(exams) == 1 else "")
    return _ad_for(session, settings, signer, where)


def _ad_for(session: Session, settings: Settings, signer: Signer, where: AdContext) -> FilledSlot | None:
    ad_server = AdServer(session, settings, signer, clock.now(), base_url=settings.base_url)
    return ad_server.one(SlotPlace.DIGEST, where)
