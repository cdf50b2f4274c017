"""Past issues for everybody: what they brought, as far as it is still visible."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from articles import queries
from articles.lists import PER_PAGE, ListPage
from articles.models import Article
from articles.visibility import visible
from newsletter.issues.issue_names import name_of
from newsletter.issues.models import Issue, IssueArticle
from newsletter.writing.models import IssueText


@dataclass(frozen=True)
class PastIssue:
    """An issue that was or is being sent: what an operator wrote, and those of its articles that readers can see."""

    id: int
    name: str
    sent_at: datetime
    subject: str
    html: str
    articles: Sequence[Article]

    @property
    def title(self) -> str:
        """Its subject, or its first article and how many more there are."""
        if self.subject or not self.articles:
            return self.subject or self.name
        more = len(self.articles) - 1
        return f"{self.articles[0].title} – and {more} more" if more else self.articles[0].title

    @property
    def url(self) -> str:
        """The path of its page."""
        return f"/newsletter/archive/{self.id}/"


@dataclass(frozen=True)
class ArchivePage(ListPage):
    """One page of the archive; `total` counts issues."""

    issues: Sequence[PastIssue]


def page(session: Session, number: int, now: datetime) -> ArchivePage | None:
    """One page of the issues, the newest first; None beyond the last one."""
    total = session.scalars(select(func.count()).select_from(Issue).where(_is_shown(now))).one()
    newest = select(Issue).where(_is_shown(now)).order_by(Issue.started_at.desc(), Issue.id.desc())
    issues = session.scalars(newest.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    shown = ArchivePage(number, total, (), _past(session, issues, now))
    return shown if number <= shown.last else None


def find(session: Session, issue_id: int, now: datetime) -> PastIssue | None:
    """An issue that was or is being sent, unless nothing of it is visible any more."""
    issues = session.scalars(select(Issue).where(Issue.id == issue_id, _is_shown(now))).all()
    return next(iter(_past(session, issues, now)), None)


def _is_shown(now: datetime) -> ColumnElement[bool]:
    has_text = exists().where(IssueText.issue_id == Issue.id, IssueText.html != "")
    has_article = _brought().join(Article, Article.id == IssueArticle.article_id).where(visible(now))
    has_article = has_article.where(IssueArticle.issue_id == Issue.id)
    return Issue.started_at.is_not(None) & or_(has_text, has_article.exists())


def _brought() -> Select[int, int]:
    columns = select(IssueArticle.issue_id, IssueArticle.article_id)
    return columns.where(IssueArticle.withdrawn_at.is_(None))


def _past(session: Session, issues: Sequence[Issue], now: datetime) -> list[PastIssue]:
    """With as many queries for many issues as for one."""
    ids = [issue.id for issue in issues]
    brought = _brought().where(IssueArticle.issue_id.in_(ids))
    rows = session.execute(brought.order_by(IssueArticle.position, IssueArticle.article_id)).all()
    article_ids = list({row.article_id for row in rows})
    visible_articles = {article.id: article for article in queries.articles_by_id(session, article_ids, now)}
    articles = defaultdict[int, list[Article]](list)
    for row in rows:
        if article := visible_articles.get(row.article_id):
            articles[row.issue_id].append(article)
    written = session.scalars(select(IssueText).where(IssueText.issue_id.in_(ids)))
    texts = {text.issue_id: text for text in written}
    return [_with(issue, articles[issue.id], texts.get(issue.id)) for issue in issues]


def _with(issue: Issue, articles: Sequence[Article], text: IssueText | None) -> PastIssue:
    subject, html = (text.subject, text.html) if text else ("", "")
    return PastIssue(issue.id, name_of(issue), issue.started_at or issue.due_at, subject, html, articles)
