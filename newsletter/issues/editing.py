"""Changing an issue before it is sent: its subject, its introduction, its articles and their order.

With the same articles its mails are composed anew. With others its recipients are gathered anew as well, by the steps
that gathered them the first time; nothing was sent yet. From then on the issue waits for the operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from articles.models import Article
from carrel import audit, clock
from carrel.settings import Settings
from newsletter.issues import composition, pending_articles, texts
from newsletter.issues.models import Issue, IssueArticle, IssueState, MailVariant
from newsletter.subscribers.models import Frequency
from newsletter.writing.models import IssueText
from newsletter.writing.save import Draft, InvalidDraftError, apply_draft, check_version

EDITABLE = (IssueState.DRAFT, IssueState.FROZEN, IssueState.WAITING)
UNCOMPOSED = {"subject": None, "text": None, "html": None}


class NotEditableError(Exception):
    """The issue is on its way or over, or it is a broadcast, which is written before it is an issue."""

    sentence = "This issue can no longer be changed: it was approved or stopped."


@dataclass(frozen=True)
class IssueDraft(Draft):
    """Also the articles (ids) in the order in which mails show them."""

    articles: tuple[int, ...]


@dataclass(frozen=True)
class Candidate:
    """An article that an issue brings, or could bring."""

    article: Article
    is_chosen: bool


def candidates(session: Session, issue: Issue) -> Sequence[Candidate]:
    """The articles of an issue in their order; then others that it could bring, the newest first."""
    ids = session.scalars(_chosen(issue.id)).all()
    others = pending_articles.newest_ids(Frequency(issue.frequency), clock.now())
    more = [article_id for article_id in session.scalars(others) if article_id not in ids]
    rows = session.scalars(select(Article).where(Article.id.in_([*ids, *more])))
    by_id = {article.id: article for article in rows}
    return [Candidate(by_id[article_id], article_id in ids) for article_id in (*ids, *more)]


def edit(session: Session, settings: Settings, issue_id: int, draft: IssueDraft, *, actor: str) -> None:
    """Save the draft, and have the issue prepared again with its articles, in its order.

    Raises `NotEditableError`, `EditConflictError` and `InvalidDraftError`.
    """
    locked = select(Issue).where(Issue.id == issue_id, ~Issue.is_broadcast).with_for_update()
    issue = session.scalars(locked).first()
    text = texts.of_issue(session, issue_id)
    if issue is None or issue.state not in EDITABLE:
        raise NotEditableError
    check_version(text, draft.version)
    _check_articles(session, issue, draft.articles)
    if text is None:
        text = IssueText(issue_id=issue_id)
    apply_draft(session, settings, text, draft, is_needed=False, actor=actor)
    session.add(text)
    _prepare_again(session, issue, gather=_arrange(session, issue_id, draft.articles))
    after: audit.Values = {"version": text.version, "subject": text.subject, "articles": list(draft.articles)}
    audit.record(session, actor=actor, action="issue.edit", subject=f"issue:{issue_id}", after=after)


def _chosen(issue_id: int) -> Select[int]:
    return pending_articles.of_issue(issue_id).order_by(IssueArticle.position, IssueArticle.article_id)


def _check_articles(session: Session, issue: Issue, article_ids: Sequence[int]) -> None:
    known = {candidate.article.id for candidate in candidates(session, issue)}
    if not article_ids:
        sentence = "Choose at least one article. To send none of them, stop the issue."
        raise InvalidDraftError({"articles": sentence})
    if not known.issuperset(article_ids):
        raise InvalidDraftError({"articles": "One of the articles can no longer be sent. Choose again."})


def _arrange(session: Session, issue_id: int, article_ids: Sequence[int]) -> bool:
    """Give the issue these articles, in this order. Whether they are others than before."""
    rows = {
        row.article_id: row
        for row in session.scalars(select(IssueArticle).where(IssueArticle.issue_id == issue_id))
    }
    before = {article_id for article_id, row in rows.items() if row.withdrawn_at is None}
    for position, article_id in enumerate(article_ids, 1):
        if article_id not in rows:
            rows[article_id] = IssueArticle(issue_id=issue_id, article_id=article_id)
            session.add(rows[article_id])
        rows[article_id].position, rows[article_id].withdrawn_at = position, None
    for article_id in before - set(article_ids):
        rows[article_id].withdrawn_at = clock.now()
    return before != set(article_ids)


def _prepare_again(session: Session, issue: Issue, *, gather: bool) -> None:
    if gather:
        issue.state, issue.frozen_at, issue.frozen_through, issue.recipients = IssueState.DRAFT, None, 0, 0
    elif issue.state == IssueState.WAITING:
        issue.state = IssueState.FROZEN
    if issue.reason == composition.NOBODY:
        issue.reason = ""
    composed = update(MailVariant).where(MailVariant.issue_id == issue.id)
    session.execute(composed.values(UNCOMPOSED))
