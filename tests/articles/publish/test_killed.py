"""A publication that is killed at any point leaves the old library whole, and the next one completes it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from articles import queries
from articles.models import Article
from articles.publish import PublishReport
from articles.search.query import search
from carrel import clock
from carrel.db import Database
from carrel.settings import Settings
from tests.articles.publish.killer import publish_until
from tests.support.articles import article_md, exam_toml, write_files

pytestmark = pytest.mark.faults
FULL = bool(os.environ.get("CARREL_FULL_FAULTS"))

OLD = {
    "cpb/exam.toml": exam_toml(),
    "cpb/kept.md": article_md("Kept", body="[x](changed.md) Oldword.\n\n![A chart](chart.png)"),
    "cpb/changed.md": article_md("Changed, old", body="Oldword."),
    "cpb/removed.md": article_md("Removed", body="Oldword."),
    "cpb/renamed.md": article_md("Renamed", body="Oldword renamed."),
    "pages/about.md": '---\ntitle: "About, old"\n---\n\nOld.\n',
}
NEW = {
    "cpb/exam.toml": exam_toml().replace('"Medicare"', '"Medicare, new"'),
    "cpb/kept.md": OLD["cpb/kept.md"],
    "cpb/changed.md": article_md("Changed, new", body="Newword."),
    "cpb/new-name.md": OLD["cpb/renamed.md"],
    "cpb/added.md": article_md("Added", topics="[medicare]", body="Newword.\n\n![A chart](chart.png)"),
    "coc/exam.toml": exam_toml("COC", 2).replace('"Medicare"', '"Medicare, new"'),
    "coc/other.md": article_md("Other", body="Newword."),
    "pages/about.md": '---\ntitle: "About, new"\n---\n\nNew.\n',
}


def visible_state(db: Database) -> dict[str, Any]:
    """All that readers can see, but for the epoch."""
    now = clock.now()
    with db.read() as session:
        articles = [queries.find_article(session, slug, now) for slug in _slugs(db)]
        return {
            "articles": [(a.slug, a.title, a.content.html if a.content else "") for a in articles if isinstance(a, Article)],
            "exams": [exam.name for exam in queries.exams(session, now)],
            "topics": [count.topic.name for count in queries.topics(session, now)],
            "pages": [(page.slug, page.title, page.html) for page in queries.plain_pages(session)],
            "found": [
                sorted(hit.article.slug for hit in search(session, word, now).hits)
                for word in ("oldword", "newword", "renamed")
            ],
            "addresses": [str(queries.find_article(session, slug, now))[:30] for slug in ("renamed", "new-name", "removed")],
        }  # fmt: skip


def _slugs(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Article.slug).order_by(Article.slug)))


def count_orphans(db: Database) -> list[int]:
    """How many texts and search entries there are that no article uses."""
    with db.read() as session:
        texts = session.scalar(text("SELECT count(*) FROM article_body"))
        entries = session.scalar(text("SELECT count(*) FROM article_search_entry"))
        used = session.scalar(text("SELECT count(*) FROM article WHERE body_id IS NOT NULL"))
    return [texts - used, entries - used]


def test_killed_at_any_point_the_old_library_is_whole_and_a_rerun_completes_the_new(
    settings: Settings, content: Path, db: Database, image: bytes, publish_now: Callable[..., PublishReport]
) -> None:
    our_settings = settings.model_copy(update={"content": content})

    def become(files: dict[str, str], picture: bytes) -> None:
        shutil.rmtree(content)
        shutil.rmtree(settings.home / "media", ignore_errors=True)
        write_files(content, {**files, "cpb/chart.png": picture})

    points = 100 if FULL else 8 if db.is_sqlite else 4
    become(OLD, image)
    publish_now()
    become(NEW, image + b"other")
    steps = publish_until(our_settings, 0)
    new = visible_state(db)
    was_old = []
    for number in range(points):
        become(OLD, image)
        publish_now()
        old = visible_state(db)
        become(NEW, image + b"other")
        kill_at = 1 + number * (steps - 1) // (points - 1)
        publish_until(our_settings, kill_at)
        after = visible_state(db)
        assert after in (old, new), f"half a library after step {kill_at} of {steps}"
        was_old.append(after == old)
        publish_now()
        assert visible_state(db) == new, f"the rerun after step {kill_at} did not complete"
        assert count_orphans(db) == [0, 0]
    assert was_old[0]
    assert not was_old[-1]
    assert sum(was_old) > points / 2
