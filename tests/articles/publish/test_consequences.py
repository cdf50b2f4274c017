"""What one change means for the rest: links, images, texts, and the clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select, text

from articles import queries
from articles.models import Article, ArticleBody, Exam, PlainPage
from articles.publish import PublishRefusedError
from articles.queries import Gone
from carrel.db import Database
from tests.articles.publish.library import NOW, Publish, address, article, epoch, slugs
from tests.support.articles import article_md, write_files


def test_a_moved_article_takes_the_links_to_it_along(
    content: Path, db: Database, publish_now: Publish
) -> None:
    write_files(content, {"cpb/one.md": article_md("One", body="[x](clean-claims.md)")})
    publish_now()
    write_files(content, {"cpb/clean-claims.md": article_md("Clean claims", slug="tidy-claims")})
    publish_now()
    published = article(db, "one")
    assert published.content is not None
    assert 'href="/articles/tidy-claims/"' in published.content.html


def test_a_removed_article_that_others_link_to_is_refused(
    content: Path, db: Database, publish_now: Publish
) -> None:
    write_files(content, {"cpb/one.md": article_md("One", body="Text.\n\n[x](clean-claims.md)")})
    publish_now()
    (content / "cpb/clean-claims.md").unlink()
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    (problem,) = refused.value.report.problems["cpb/one.md"]
    assert (problem.code, problem.line) == ("link-broken", 8)
    assert article(db, "clean-claims")


def test_a_heading_that_goes_away_is_told_of_the_links_of_unchanged_articles(
    content: Path, publish_now: Publish
) -> None:
    write_files(content, {"cpb/one.md": article_md("One", body="[x](clean-claims.md#the-rule)")})
    publish_now()
    write_files(
        content, {"cpb/clean-claims.md": article_md("Clean claims", body="## The other rule\n\nText.")}
    )
    (problem,) = publish_now().warnings["cpb/one.md"]
    assert (problem.code, problem.line, problem.hint) == ("anchor-broken", 6, "Did you mean #the-other-rule?")


def test_a_new_link_to_a_place_in_an_unchanged_article_is_checked(
    content: Path, publish_now: Publish
) -> None:
    publish_now()
    write_files(content, {"cpb/one.md": article_md("One", body="[x](clean-claims.md#the-rule)")})
    publish_now()
    write_files(content, {"cpb/one.md": article_md("One", body="[x](clean-claims.md#no-rule)")})
    assert [problem.code for problem in publish_now().warnings["cpb/one.md"]] == ["anchor-broken"]


@pytest.mark.sweep
def test_a_hundred_broken_files_of_many_publish_nothing(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    before = epoch(db)
    write_files(content, {f"cpb/good-{n}.md": article_md(f"{n}") for n in range(50)})
    write_files(content, {f"cpb/broken-{n}.md": article_md(f"{n}", body="[x](none.md)") for n in range(100)})
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    assert len(refused.value.report.problems) == 100
    assert slugs(db) == {"clean-claims", "medicare-basics"}
    assert epoch(db) == before


def test_a_dry_run_says_what_would_happen_and_does_nothing(
    content: Path, db: Database, publish_now: Publish, tmp_path: Path, image: bytes
) -> None:
    write_files(
        content, {"cpb/chart.png": image, "cpb/one.md": article_md("One", body="![A chart](chart.png)")}
    )
    outcome = publish_now(dry_run=True)
    assert "added  clean-claims, medicare-basics, one" in "\n".join(outcome.lines())
    assert outcome.pages == ["about"]
    with db.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(m))
            for m in (Article, ArticleBody, Exam, PlainPage)
        ]
    assert counts == [0, 0, 0, 0]
    assert not (tmp_path / "media").exists()


def test_images_are_published_once_under_a_name_of_their_content(
    content: Path, db: Database, publish_now: Publish, tmp_path: Path, image: bytes
) -> None:
    write_files(
        content, {"cpb/chart.png": image, "cpb/one.md": article_md("One", body="![A chart](chart.png)")}
    )
    publish_now()
    (file,) = (tmp_path / "media").iterdir()
    published = article(db, "one")
    assert published.content is not None
    assert f'src="/media/{file.name}"' in published.content.html
    assert publish_now().is_empty


def test_a_changed_image_is_seen_though_the_article_is_the_same(
    content: Path, db: Database, publish_now: Publish, image: bytes
) -> None:
    write_files(
        content, {"cpb/chart.png": image, "cpb/one.md": article_md("One", body="![A chart](chart.png)")}
    )
    publish_now()
    before = article(db, "one").content
    (content / "cpb/chart.png").write_bytes(image + b"more")
    publish_now()
    after = article(db, "one").content
    assert before is not None
    assert after is not None
    assert before.html != after.html


def test_replaced_texts_are_cleared_away_with_their_search_entries(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    for n in range(3):
        write_files(content, {"cpb/clean-claims.md": article_md(f"Claims {n}")})
        publish_now()
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(ArticleBody)) == 2
        assert session.scalar(text("SELECT count(*) FROM article_search_entry")) == 2


def test_dec_13_first_sight_is_stamped_and_never_changed_by_the_front_matter(
    content: Path, db: Database, publish_now: Publish
) -> None:
    write_files(content, {"cpb/one.md": article_md("One", published="2020-01-01T00:00:00Z")})
    with time_machine.travel(NOW, tick=False):
        publish_now()
        assert article(db, "one").first_visible_at == NOW
        assert article(db, "one").published_at == datetime(2020, 1, 1, tzinfo=UTC)
    write_files(content, {"cpb/one.md": article_md("One, again", published="2020-02-02T00:00:00Z")})
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        publish_now()
        assert article(db, "one").first_visible_at == NOW
        assert article(db, "one").lastmod == NOW + timedelta(days=1)


def test_con_06_a_scheduled_article_appears_and_goes_by_the_clock_alone(
    content: Path, db: Database, publish_now: Publish
) -> None:
    start, end = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    dates = {"published": start.isoformat(), "expires": end.isoformat()}
    write_files(content, {"cpb/one.md": article_md("One", **dates)})
    with time_machine.travel(NOW, tick=False):
        assert publish_now().appearing == 2
        assert address(db, "one") is None
    with time_machine.travel(start, tick=False):
        assert article(db, "one").first_visible_at == start
    with time_machine.travel(end, tick=False):
        assert address(db, "one") == Gone()
    with db.read() as session:
        assert queries.next_change(session, NOW) == start
        assert queries.next_change(session, start) == end
        assert queries.next_change(session, end) is None


def test_dec_13_more_than_five_new_articles_at_once_are_announced_before(
    content: Path, publish_now: Publish
) -> None:
    said: list[str] = []
    write_files(content, {f"cpb/new-{n}.md": article_md(f"New {n}") for n in range(3)})
    publish_now(say=said.append)
    assert said == []
    write_files(content, {f"cpb/newer-{n}.md": article_md(f"Newer {n}") for n in range(6)})
    write_files(content, {"cpb/later.md": article_md("Later", published="2999-01-01T00:00:00Z")})
    write_files(content, {"cpb/draft.md": article_md("Draft", draft="true")})
    publish_now(say=said.append)
    assert [line.split(":")[0] for line in said] == ["6 new articles become visible at once"]
