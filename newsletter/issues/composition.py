"""The texts of an issue: frozen article by article, then composed once for all who get the same."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from articles.models import Article
from articles.render import for_feed
from carrel import clock
from carrel.ads.ad_server import AdContext, AdServer, FilledSlot, SlotPlace
from carrel.http.services import Services
from carrel.mail.message import Content
from carrel.page_cache import Audience
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.issues import issue_lifecycle, issue_mail, withdrawal
from newsletter.issues.models import DeliveredArticle, Delivery, Issue, IssueArticle, IssueState, Rendering
from newsletter.subscribers.models import Frequency

OPEN = (IssueState.FROZEN, IssueState.WAITING, IssueState.SENDING, IssueState.PAUSED)


def settle(session: Session, settings: Settings, issue: Issue) -> None:
    """All recipients are there: keep the texts of what they get, as they are now (MAIL-28)."""
    withdrawal.withdraw_gone(session, issue.id)
    _drop_unused(session, issue.id)
    _keep_pieces(session, settings, issue)
    now = clock.now()
    recipients = select(func.count()).where(Delivery.issue_id == issue.id)
    issue.recipients = session.scalars(recipients).one()
    issue.frozen_at = now
    issue.state = IssueState.FROZEN
    if not issue.recipients:
        issue.state, issue.finished_at = IssueState.FINISHED, now


def _drop_unused(session: Session, issue_id: int) -> None:
    used = exists().where(
        DeliveredArticle.article_id == IssueArticle.article_id, DeliveredArticle.issue_id == issue_id
    )
    unused = delete(IssueArticle).where(IssueArticle.issue_id == issue_id, ~IssueArticle.is_occasion, ~used)
    session.execute(unused)


def _keep_pieces(session: Session, settings: Settings, issue: Issue) -> None:
    digest = hashlib.sha256()
    rows = select(IssueArticle).where(IssueArticle.issue_id == issue.id, IssueArticle.withdrawn_at.is_(None))
    for row in session.scalars(rows.order_by(IssueArticle.article_id)):
        row.piece = piece_of(settings, articles(session, [row.article_id])[0])
        digest.update(json.dumps(row.piece, sort_keys=True).encode())
    issue.content_hash = digest.hexdigest()


def articles(session: Session, ids: Sequence[int]) -> Sequence[Article]:
    """The articles with their texts, in the order in which mails bring them."""
    whole = (joinedload(Article.exam), joinedload(Article.content))
    return session.scalars(
        select(Article).where(Article.id.in_(ids)).options(*whole).order_by(Article.id)
    ).all()


def piece_of(settings: Settings, article: Article) -> dict[str, Any]:
    """An article as mails show it: plain values, every address absolute."""
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
        "html": html.replace(issue_mail.MARK, ""),
        "ads": article.ads,
    }


def compose_one(services: Services) -> bool:
    """A step of the worker: compose one mail of a frozen issue; after its last one it may go out."""
    with services.db.read() as session:
        found = session.execute(_uncomposed()).first()
        if found:
            issue, rendering = found
            content = compose(session, services.settings, services.signer, issue, rendering)
    if found is None:
        return issue_lifecycle.begin_one(services)
    with services.db.write() as session:
        written = update(Rendering).where(Rendering.id == rendering.id, Rendering.html.is_(None))
        session.execute(written.values(subject=content.subject, text=content.text, html=content.html))
    return True


def _uncomposed() -> Select[Issue, Rendering]:
    open_ = select(Issue, Rendering).join(Rendering, Rendering.issue_id == Issue.id)
    return open_.where(Issue.state.in_(OPEN), Rendering.html.is_(None)).order_by(Rendering.id).limit(1)


def compose(
    session: Session, settings: Settings, signer: Signer, issue: Issue, rendering: Rendering
) -> Content:
    """The mail of one rendering, from the texts that the issue keeps."""
    kept = select(IssueArticle.piece).where(
        IssueArticle.issue_id == issue.id, IssueArticle.article_id.in_(rendering.article_ids)
    )
    pieces = [piece for piece in session.scalars(kept.order_by(IssueArticle.article_id)) if piece]
    return compose_pieces(
        session, settings, signer, issue, edition=Audience(rendering.edition), pieces=pieces
    )


def compose_pieces(
    session: Session,
    settings: Settings,
    signer: Signer,
    issue: Issue,
    *,
    edition: Audience,
    pieces: Sequence[dict[str, Any]],
) -> Content:
    """The mail that brings these pieces, with the ad of the digest's slot unless it is the pass's edition."""
    ad = _ad(session, settings, signer, issue, pieces) if edition.has_ads else None
    view = f"{settings.base_url}/newsletter/archive/{issue.id}/"
    return issue_mail.compose_issue(settings, Frequency(issue.pace), pieces, ad=ad, view_url=view)


def _ad(
    session: Session, settings: Settings, signer: Signer, issue: Issue, pieces: Sequence[dict[str, Any]]
) -> FilledSlot | None:
    if not any(piece["ads"] for piece in pieces):
        return None
    exams = {piece["exam_slug"] for piece in pieces}
    where = AdContext(f"digest:{issue.id}", exams.pop() if len(exams) == 1 else "")
    desk = AdServer(session, settings, signer, clock.now(), base_url=settings.base_url)
    return desk.one(SlotPlace.DIGEST, where)
