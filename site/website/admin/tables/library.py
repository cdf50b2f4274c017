"""Articles as the operator sees them."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from articles.models import Article, Exam
from articles.visibility import visible
from carrel import clock
from carrel.services import services
from website.admin.dashboard.metrics import is_due
from website.admin.operators.roles import Need
from website.admin.tables.table import AnyRow, Choice, Column, Filter, Table, contains


def _search(_session: Session, words: str) -> ColumnElement[bool]:
    return contains(Article.title, words) | contains(Article.slug, words) | contains(Article.author, words)


def _page(row: AnyRow) -> str:
    return f"{services().settings.site_from_desk}/articles/{row.slug}/"


STATES = Filter(
    "state",
    "State",
    (
        Choice("visible", "Visible", lambda: visible(clock.now())),
        Choice(
            "scheduled", "Scheduled", lambda: (Article.published > clock.now()) & Article.draft.is_(False)
        ),
        Choice("draft", "Draft", lambda: Article.draft.is_(True)),
        Choice("expired", "Expired", lambda: Article.expires <= clock.now()),
        Choice("removed", "Removed", lambda: Article.removed_at.is_not(None)),
    ),
)
REVIEW = Filter("review", "Review", (Choice("due", "Due", lambda: is_due(services().settings)),))
ARTICLES = Table(
    name="articles",
    title="Articles",
    description="What was published. Sources are files: change them there, then run carrel publish.",
    need=Need.LIBRARY,
    key=Article.id,
    joined=lambda query: query.join(Exam, Article.exam_id == Exam.id),
    columns=(
        Column("title", "Title", Article.title, link=_page),
        Column("exam", "Exam", Exam.slug),
        Column("first_visible_at", "First visible", Article.first_visible_at),
        Column("modified_at", "Changed", Article.modified_at),
        Column("reviewed", "Reviewed", Article.reviewed),
        Column("author", "Author", Article.author),
        Column("words", "Words", Article.words, number=True),
        Column("slug", "Slug", Article.slug),
    ),
    sort="-first_visible_at",
    search=_search,
    search_hint="Title, slug or author",
    filters=(STATES, REVIEW),
)
TABLES = (ARTICLES,)
