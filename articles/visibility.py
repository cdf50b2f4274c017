"""When articles are visible to readers: the one condition that all queries use (CON-06)."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import BindParameter, ColumnElement, and_, case, or_

from articles.models import Article

# Of many articles that become visible at once, those dated longer ago come from an archive (ADR 16). No digest
# brings anything that old.
ARCHIVE_AGE = timedelta(days=123)


class ArticleState(StrEnum):
    """Why readers see an article or do not."""

    VISIBLE = "visible"
    SCHEDULED = "scheduled"
    DRAFT = "draft"
    EXPIRED = "expired"
    REMOVED = "removed"


HIDDEN = (ArticleState.DRAFT, ArticleState.SCHEDULED, ArticleState.EXPIRED)  # there, but not for readers


def visible(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether readers see an article at this moment."""
    return _visible_at(now) if isinstance(now, datetime) else _visible(now)


@lru_cache(maxsize=8)  # a page asks six times for one moment, and to write it down takes longer than to ask
def _visible_at(now: datetime) -> ColumnElement[bool]:
    return _visible(now)


def _visible(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(
        Article.removed_at.is_(None),
        Article.draft.is_(False),
        or_(Article.published.is_(None), Article.published <= now),
        or_(Article.expires.is_(None), Article.expires > now),
    )


def state(now: datetime | BindParameter[datetime]) -> ColumnElement[str]:
    """The state of an article at this moment; it is `visible` exactly if the condition of that name holds."""
    return case(
        (Article.removed_at.is_not(None), ArticleState.REMOVED),
        (Article.draft, ArticleState.DRAFT),
        (Article.expires <= now, ArticleState.EXPIRED),
        (Article.published > now, ArticleState.SCHEDULED),
        else_=ArticleState.VISIBLE,
    )


def first_visible(
    before: datetime | None,
    *,
    draft: bool,
    published: datetime | None,
    expires: datetime | None,
    now: datetime,
) -> datetime | None:
    """When an article first was or will be visible; a moment in the past never changes.

    A past date in the front matter does not count: what is published today is new today (decision 13).
    """
    if before is not None and before <= now:
        return before
    moment = max(published or now, now)
    return None if draft or (expires and expires <= moment) else moment
