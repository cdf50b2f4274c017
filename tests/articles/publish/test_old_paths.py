"""Old paths of an article are stored with it, follow its file, and are looked up as browsers ask for them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from articles import queries
from articles.check import check
from articles.models import OldPath
from articles.publish import PublishRefusedError, PublishReport
from carrel import clock
from carrel.db import Database
from tests.support.articles import article_md, write_files

Publish = Callable[..., PublishReport]


def one(aliases: str, name: str = "one") -> dict[str, str | bytes]:
    return {f"cpb/{name}.md": article_md(name.capitalize(), aliases=aliases)}


def found(db: Database, path: str) -> object:
    with db.read() as session:
        return queries.find_old_path(session, path, clock.now())


def test_any_old_path_leads_to_the_article(content: Path, publish_now: Publish, db: Database) -> None:
    write_files(
        content, one('[/2019/05/old-title.html, /old/, "https://old.example/x%20y/", /articles/older/]')
    )
    publish_now()
    moved = queries.Moved("/articles/one/")
    for path in ("/2019/05/old-title.html", "/old/", "/old", "/x y", "/x y/"):
        assert found(db, path) == moved, path
    assert found(db, "/2019/05/") is None
    with db.read() as session:
        assert queries.find_article(session, "older", clock.now()) == moved


def test_paths_that_the_file_no_longer_names_are_free_for_another(
    content: Path, publish_now: Publish, db: Database
) -> None:
    write_files(content, one("[/a/, /b/]"))
    publish_now()
    write_files(content, one("[/b/]") | one("[/a/]", "two"))
    publish_now()
    assert (found(db, "/a"), found(db, "/b")) == (
        queries.Moved("/articles/two/"),
        queries.Moved("/articles/one/"),
    )
    write_files(content, one("[/a/]") | one("[/b/]", "two"))
    publish_now()
    assert (found(db, "/a"), found(db, "/b")) == (
        queries.Moved("/articles/one/"),
        queries.Moved("/articles/two/"),
    )


def test_the_old_path_of_a_removed_article_is_gone_and_of_a_draft_unknown(
    content: Path, publish_now: Publish, db: Database
) -> None:
    write_files(content, one("[/a/]") | {"cpb/two.md": article_md("Two", aliases="[/b/]", draft="true")})
    publish_now()
    (content / "cpb/one.md").unlink()
    publish_now()
    assert (found(db, "/a"), found(db, "/b")) == (queries.Gone(), None)


def test_two_articles_with_one_old_path_are_refused_also_when_one_is_unchanged(
    content: Path, publish_now: Publish, db: Database
) -> None:
    write_files(content, one("[/a/]"))
    publish_now()
    write_files(content, one("[/a]", "two"))
    assert [problem.code for problem in check(content).problems["cpb/two.md"]] == ["alias-twice"]
    with pytest.raises(PublishRefusedError):
        publish_now()
    with db.read() as session:
        assert session.scalars(select(OldPath.path)).all() == ["/a"]


@pytest.mark.parametrize(
    "path", ["/pass/", "/about/", "/exams/cpb/", "/topics/medicare", "/search", "/admin/"]
)
def test_an_old_path_that_is_a_page_of_ours_is_refused(content: Path, path: str) -> None:
    write_files(content, one(f"[{path}]"))
    assert [problem.code for problem in check(content).problems["cpb/one.md"]] == ["alias-taken"]


@pytest.mark.parametrize(
    "path", ["/", "/a?p=3", "/a#b", "/a//b", "/a/../b", "a/b.html", '"/a\\\\b"', f"/{'x' * 600}", "/:year/x"]
)
def test_what_no_browser_asks_for_is_no_old_path(content: Path, path: str) -> None:
    write_files(content, one(f"[{path}]"))
    assert [problem.code for problem in check(content).problems["cpb/one.md"]] == ["bad-alias"]


def test_other_names_of_a_note_redirect_nothing_and_are_named(content: Path) -> None:
    write_files(content, one("[My Note, old-slug]"))
    assert [(problem.code, problem.level) for problem in check(content).problems["cpb/one.md"]] == [
        ("alias-name", "warning")
    ]


def test_addresses_under_other_programs_keys_redirect(
    content: Path, publish_now: Publish, db: Database
) -> None:
    text = article_md("One", permalink="/x/y.html", redirect_from="[/z/]", url="/w")
    write_files(content, {"cpb/one.md": text})
    publish_now()
    assert {found(db, path) for path in ("/x/y.html", "/z", "/w")} == {queries.Moved("/articles/one/")}
