"""When articles are visible to readers: the one condition that all queries use (CON-06)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_

from articles.models import Article

# Of many articles that become visible at once, those dated longer ago come from an archive (ADR 16). No digest
# brings anything that old.
ARCHIVE_AGE = timedelta(days=92)


def visible(now: datetime) -> ColumnElement[bool]:
    """Whether readers see an article at this moment."""
    return and_(
        Article.removed_at.is_(None),
        Article.draft.is_(False),
        or_(Article.published.is_(None), Article.published <= now),
        or_(Article.expires.is_(None), Article.expires > now),
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
