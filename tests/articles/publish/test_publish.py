"""Publishing: the library becomes what the files say."""

import os
import time
from pathlib import Path

import pytest

from articles import queries
from articles.loading import file_io
from articles.queries import Gone, Moved
from carrel.db import Database
from tests.articles.publish.library import Publish, address, article, epoch, slugs
from tests.support.articles import article_md, write_files


def test_the_first_publication_brings_everything(db: Database, publish_now: Publish) -> None:
    outcome = publish_now()
    assert [file.slug for file in outcome.diff.added] == ["clean-claims", "medicare-basics"]
    assert (outcome.pages, outcome.exams) == (["about"], ["cpb"])
    published = article(db, "clean-claims")
    assert (published.title, published.exam.name, published.domain and published.domain.title) == (
        "Clean claims",
        "CPB",
        "Claims",
    )
    assert [topic.name for topic in published.topics] == ["Clean claims"]
    assert published.content is not None
    assert 'id="the-rule"' in published.content.html
    assert published.content.contents == [{"id": "the-rule", "text": "The rule", "level": 2}]
    with db.read() as session:
        page = queries.find_page(session, "about")
    assert page is not None
    assert page.html == "<p>Who we are.</p>\n"


def test_a_second_publication_finds_nothing_and_leaves_the_editions_alone(
    db: Database, publish_now: Publish
) -> None:
    publish_now()
    before = epoch(db)
    outcome = publish_now()
    assert outcome.is_empty
    assert list(outcome.lines()) == ["Nothing to publish: all 2 articles are unchanged."]
    assert epoch(db) == before


def test_what_changed_is_made_anew_and_only_that(content: Path, db: Database, publish_now: Publish) -> None:
    publish_now()
    before, body = epoch(db), article(db, "medicare-basics").body_id
    write_files(content, {"cpb/clean-claims.md": article_md("Clean claims now")})
    outcome = publish_now()
    assert [file.slug for _, file in outcome.diff.changed] == ["clean-claims"]
    assert article(db, "clean-claims").title == "Clean claims now"
    assert article(db, "medicare-basics").body_id == body
    assert epoch(db) == before + 1


def test_a_change_that_keeps_size_and_time_is_seen(content: Path, db: Database, publish_now: Publish) -> None:
    publish_now()
    path = content / "cpb/clean-claims.md"
    path.write_text(path.read_text().replace("nothing is missing", "nothing is wanting"))
    publish_now()
    published = article(db, "clean-claims")
    assert published.content is not None
    assert "wanting" in published.content.text


def test_a_file_that_was_only_touched_is_not_made_anew(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    body = article(db, "clean-claims").body_id
    (content / "cpb/clean-claims.md").touch()
    assert publish_now().is_empty
    assert article(db, "clean-claims").body_id == body


def test_a_touched_file_is_recognized_by_its_stat_the_next_time(
    content: Path, db: Database, publish_now: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_io, "SETTLED_NS", -(10**18))  # no waiting until a stat proves something
    publish_now()
    path = content / "cpb/clean-claims.md"
    os.utime(path, ns=(1, 1))
    assert publish_now().is_empty
    assert article(db, "clean-claims").stat == file_io.stat_of(path, time.time_ns())


def test_each_file_is_read_once(content: Path, publish_now: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def read_and_note(path: Path, now_ns: int) -> file_io.SourceFile:
        read.append(path.name)
        return read_file(path, now_ns)

    read_file = file_io.read_file
    monkeypatch.setattr("articles.loading.markdown_file.read_file", read_and_note)
    publish_now()
    assert sorted(read) == ["about.md", "clean-claims.md", "medicare-basics.md"]


def test_a_removed_file_leaves_an_address_that_says_so(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    number = article(db, "clean-claims").id
    (content / "cpb/clean-claims.md").unlink()
    assert [row.slug for row in publish_now().diff.removed] == ["clean-claims"]
    assert address(db, "clean-claims") == Gone()
    assert slugs(db) == {"medicare-basics"}
    write_files(content, {"cpb/clean-claims.md": article_md()})
    assert [row.id for row, _ in publish_now().diff.returned] == [number]
    assert article(db, "clean-claims").id == number


def test_a_renamed_file_leaves_a_redirect_of_one_hop(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    number = article(db, "clean-claims").id
    (content / "cpb/clean-claims.md").rename(content / "cpb/two.md")
    assert [(row.slug, file.slug) for row, file in publish_now().diff.moved] == [("clean-claims", "two")]
    (content / "cpb/two.md").rename(content / "cpb/three.md")
    publish_now()
    assert address(db, "clean-claims") == address(db, "two") == Moved("/articles/three/")
    assert article(db, "three").id == number


def test_a_name_that_comes_back_is_no_redirect_any_more(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    (content / "cpb/clean-claims.md").rename(content / "cpb/two.md")
    publish_now()
    (content / "cpb/two.md").rename(content / "cpb/clean-claims.md")
    publish_now()
    assert article(db, "clean-claims").slug == "clean-claims"
    assert address(db, "two") == Moved("/articles/clean-claims/")


def test_a_new_slug_in_the_same_file_is_a_move(content: Path, db: Database, publish_now: Publish) -> None:
    publish_now()
    write_files(content, {"cpb/clean-claims.md": article_md("Clean claims", slug="tidy-claims")})
    publish_now()
    assert address(db, "clean-claims") == Moved("/articles/tidy-claims/")


def test_a_file_that_was_renamed_and_changed_is_known_by_its_alias(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    number = article(db, "clean-claims").id
    (content / "cpb/clean-claims.md").unlink()
    write_files(content, {"cpb/two.md": article_md("Quite another title", aliases="[clean-claims, older]")})
    publish_now()
    assert article(db, "two").id == number
    assert address(db, "clean-claims") == address(db, "older") == Moved("/articles/two/")


def test_a_redirect_to_a_removed_article_says_that_it_is_gone(
    content: Path, db: Database, publish_now: Publish
) -> None:
    write_files(content, {"cpb/clean-claims.md": article_md(aliases="[older]")})
    publish_now()
    (content / "cpb/clean-claims.md").unlink()
    publish_now()
    assert address(db, "older") == Gone()
