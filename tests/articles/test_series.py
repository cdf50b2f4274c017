"""Series: which parts they have, in which order, and where an article stands."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from articles.models import Article
from articles.series import find_series, place_of, series_slugs
from carrel.db import Database
from tests.support.articles import put_article

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def put(
    session: Session, slug: str, part: int | None = None, position: int | None = None, **columns: object
) -> Article:
    article = put_article(session, slug=slug, **columns)  # type: ignore[arg-type]
    article.series, article.series_slug = "Claims, step by step", "claims-step-by-step"
    article.part, article.position = part, position
    session.flush()
    return article


def slugs(session: Session) -> list[str]:
    series = find_series(session, "claims-step-by-step", NOW)
    return [part.slug for part in series.parts] if series else []


def test_numbered_parts_come_first_and_the_rest_in_reading_order(db: Database) -> None:
    with db.write() as session:
        put(session, "d", position=2)
        put(session, "c", position=1)
        put(session, "b", part=2, position=9)
        put(session, "a", part=1, position=10)
        put_article(session, slug="other")
        assert slugs(session) == ["a", "b", "c", "d"]


def test_a_part_that_readers_cannot_see_is_not_counted(db: Database) -> None:
    with db.write() as session:
        first, second = put(session, "a", 1), put(session, "b", 2)
        third = put(session, "c", 3)
        second.draft = True
        session.flush()
        place = place_of(session, third, NOW)
        assert place
        assert (place.number, len(place.series.parts)) == (2, 2)
        assert (place.previous, place.next) == (first, None)


def test_one_part_alone_is_no_series_yet(db: Database) -> None:
    with db.write() as session:
        article = put(session, "a")
        assert place_of(session, article, NOW) is None
        assert place_of(session, put_article(session, slug="other"), NOW) is None
        assert series_slugs(session, NOW) == []
        put(session, "b")
        assert series_slugs(session, NOW) == ["claims-step-by-step"]
        assert place_of(session, article, NOW)


@pytest.mark.parametrize("slug", ["nothing", ""])
def test_a_series_that_nobody_wrote_is_not_there(db: Database, slug: str) -> None:
    with db.read() as session:
        assert find_series(session, slug, NOW) is None
