"""Whoever brings an archive along mails it to nobody."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from sqlalchemy import select

from articles.models import Article
from articles.publish import PublishReport
from articles.visibility import ARCHIVE_AGE
from carrel.db import Database
from newsletter.issues import pending_articles
from tests.support.articles import article_md, write_files

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
Publish = Callable[..., PublishReport]


def write_dated(content: Path, names: str, published: datetime) -> None:
    write_files(
        content,
        {f"cpb/{name}.md": article_md(name, published=published.isoformat()) for name in names.split()},
    )


def first_seen(db: Database) -> Mapping[str, datetime | None]:
    with db.read() as session:
        return {article.slug: article.first_visible_at for article in session.scalars(select(Article))}


@time_machine.travel(NOW, tick=False)
def test_dec_13_of_many_at_once_the_old_ones_are_no_news_and_publishing_says_so(
    content: Path, publish_now: Publish, db: Database
) -> None:
    said: list[str] = []
    old = datetime(2019, 5, 1, tzinfo=UTC)
    write_dated(content, "a b c d", old)
    write_dated(content, "e", NOW - timedelta(days=91))
    report = publish_now(say=said.append)
    seen = first_seen(db)
    assert {seen[slug] for slug in "abcd"} == {old}
    assert {seen[slug] for slug in ("e", "clean-claims", "medicare-basics")} == {NOW}
    assert report.appearing == 3
    assert [sentence.partition(":")[0] for sentence in said] == [
        "4 articles that become visible now are dated before 2026-07-28"
    ]


@time_machine.travel(NOW, tick=False)
def test_dec_13_five_at_once_are_new_whatever_their_date(
    content: Path, publish_now: Publish, db: Database
) -> None:
    write_dated(content, "a b c", datetime(2019, 5, 1, tzinfo=UTC))
    assert publish_now().appearing == 5
    assert set(first_seen(db).values()) == {NOW}


def test_a_change_of_an_archived_article_does_not_make_it_new(
    content: Path, publish_now: Publish, db: Database
) -> None:
    old = datetime(2019, 5, 1, tzinfo=UTC)
    write_dated(content, "a b c d e", old)
    publish_now()
    write_files(content, {"cpb/a.md": article_md("Changed", published=old.isoformat())})
    assert publish_now().appearing == 0
    assert first_seen(db)["a"] == old


def test_no_digest_brings_what_is_as_old_as_an_archive() -> None:
    assert ARCHIVE_AGE >= pending_articles.OLDEST
