"""Past issues for everybody: the articles that they brought, as far as they are still visible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Article
from newsletter.issues.models import Issue, IssueArticle
from newsletter.subscribers.models import Frequency

NEWEST = 200
NAMES = {
    Frequency.EACH: "New articles",
    Frequency.DAILY: "Daily",
    Frequency.WEEKLY: "Weekly",
    Frequency.MONTHLY: "Monthly",
}


@dataclass(frozen=True)
class PastIssue:
    """An issue that was or is being sent, with those of its articles that readers can see."""

    id: int
    name: str
    sent_at: datetime
    articles: Sequence[Article]

    @property
    def url(self) -> str:
        """The path of its page."""
        return f"/newsletter/archive/{self.id}/"


def _sent() -> Select[Issue]:
    # A single new article has its own page; as an issue it would only stand here twice.
    count = select(func.count()).where(IssueArticle.issue_id == Issue.id).scalar_subquery()
    return select(Issue).where(
        Issue.started_at.is_not(None), or_(Issue.frequency != Frequency.EACH, count > 1)
    )


def newest(session: Session, now: datetime) -> list[PastIssue]:
    """The last issues, the newest first."""
    issues = session.scalars(_sent().order_by(Issue.started_at.desc()).limit(NEWEST)).all()
    past_issues = [_past(session, issue, now) for issue in issues]
    return [issue for issue in past_issues if issue.articles]


def find(session: Session, issue_id: int, now: datetime) -> PastIssue | None:
    """An issue that was or is being sent, unless none of its articles is visible any more."""
    started = select(Issue).where(Issue.id == issue_id, Issue.started_at.is_not(None))
    issue = session.scalars(started).first()
    past = _past(session, issue, now) if issue else None
    return past if past and past.articles else None


def _past(session: Session, issue: Issue, now: datetime) -> PastIssue:
    brought = select(IssueArticle.article_id).where(
        IssueArticle.issue_id == issue.id, IssueArticle.withdrawn_at.is_(None)
    )
    ids = session.scalars(brought).all()
    articles = sorted(queries.articles_by_id(session, ids, now), key=lambda article: article.id)
    return PastIssue(issue.id, NAMES[Frequency(issue.frequency)], issue.started_at or issue.due_at, articles)
