"""Articles as the operator sees them."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.orm import Session

from articles.models import Article, Exam, SearchMiss
from articles.visibility import HIDDEN, ArticleState, state
from carrel import clock
from carrel.db import UtcDateTime
from carrel.services import services
from website.admin.dashboard.metrics import is_due
from website.admin.guard import current_operator
from website.admin.operators.roles import Need, may
from website.admin.tables.table import AnyRow, Choice, Column, Filter, Table, contains

NOW = bindparam("now", callable_=clock.now, type_=UtcDateTime())  # when the query runs


def _search(_session: Session, words: str) -> ColumnElement[bool]:
    return contains(Article.title, words) | contains(Article.slug, words) | contains(Article.author, words)


def _page(row: AnyRow) -> str | None:
    """Where its page is: on the site, or, as long as readers do not see it, for those who may see drafts."""
    if row.state == ArticleState.VISIBLE:
        return f"{services().settings.site_from_desk}/articles/{row.slug}/"
    return f"/admin/articles/{row.key}/see" if _may_see(row) else None


def _links(row: AnyRow) -> str | None:
    return f"/admin/articles/{row.key}/preview-links" if _may_see(row) else None


def _may_see(row: AnyRow) -> bool:
    return row.state in HIDDEN and may(current_operator().role, Need.DRAFTS)


def _is_in(its_state: ArticleState) -> Callable[[], ColumnElement[bool]]:
    return lambda: state(clock.now()) == its_state


STATES = Filter(
    "state",
    "State",
    tuple(Choice(one, one.capitalize(), _is_in(one)) for one in ArticleState),
)
REVIEW = Filter("review", "Review", (Choice("due", "Due", lambda: is_due(services().settings)),))
ARTICLES = Table(
    name="articles",
    title="Articles",
    description="Every published article, including those that readers do not see. To change one, edit its file and run carrel publish.",
    need=Need.LIBRARY,
    key=Article.id,
    joined=lambda query: query.join(Exam, Article.exam_id == Exam.id),
    columns=(
        Column("title", "Title", Article.title, link=_page),
        Column("state", "State", state(NOW), lambda row: str(row.state).capitalize(), _links),
        Column("exam", "Exam", Exam.slug),
        Column("first_visible_at", "First visible", Article.first_visible_at),
        Column("modified_at", "Changed", Article.modified_at, rest=True),
        Column("reviewed", "Reviewed", Article.reviewed, rest=True),
        Column("author", "Author", Article.author),
        Column("words", "Words", Article.words, number=True, rest=True),
        Column("slug", "Slug", Article.slug, rest=True),
    ),
    sort="-first_visible_at",
    search=_search,
    search_hint="Title, slug, or author",
    filters=(STATES, REVIEW),
)
SEARCHES = Table(
    name="searches",
    title="Searches without a result",
    description="Searches that found no article. Write about these topics, or declare an acronym in exam.toml. Who searched is not recorded.",
    need=Need.LIBRARY,
    key=SearchMiss.words,
    columns=(
        Column("words", "Words", SearchMiss.words),
        Column("count", "Searches", SearchMiss.count, number=True),
        Column("last_on", "Last", SearchMiss.last_on),
    ),
    sort="-count",
    search=lambda _session, words: contains(SearchMiss.words, words),
    search_hint="Words",
)
TABLES = (ARTICLES, SEARCHES)
