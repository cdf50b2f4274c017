"""What an author says beyond the text: picture, series, related articles, and who wrote it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from articles.models import Author
from articles.publish import PublishRefusedError
from carrel.db import Database
from tests.articles.publish.library import Publish, article
from tests.support.articles import article_md, write_files

AUTHORS = """
[jane-doe]
name = "Jane Doe"
credentials = "CPC, CPB"
links = ["https://example.org/jane"]
"""


def one(content: Path, body: str = "Text.", **fields: str) -> None:
    write_files(content, {"cpb/one.md": article_md("One", body=body, **fields)})


def test_the_picture_is_published_with_its_size(
    content: Path, db: Database, publish_now: Publish, image: bytes
) -> None:
    write_files(content, {"cpb/chart.png": image})
    one(content, image="chart.png", image_alt='"A chart"')
    publish_now()
    stored = article(db, "one").image
    assert stored
    assert (stored["width"], stored["height"], stored["alt"], stored["shown"]) == (8, 6, "A chart", False)


def test_a_picture_that_the_text_shows_is_not_shown_twice(
    content: Path, db: Database, publish_now: Publish, image: bytes
) -> None:
    write_files(content, {"cpb/chart.png": image})
    one(content, "![A chart](chart.png)", image="chart.png")
    publish_now()
    stored = article(db, "one").image
    assert stored
    assert stored["shown"] is True


@pytest.mark.parametrize("name", ["nowhere.png", "/assets/a.png", "https://example.org/a.png"])
def test_a_picture_that_is_not_there_is_a_warning(
    content: Path, db: Database, publish_now: Publish, name: str
) -> None:
    one(content, image=f'"{name}"')
    report = publish_now()
    (problem,) = report.warnings["cpb/one.md"]
    assert (problem.code, problem.level, problem.line) == ("image-left-out", "warning", 4)
    assert article(db, "one").image is None


def test_a_picture_that_comes_later_is_seen(
    content: Path, db: Database, publish_now: Publish, image: bytes
) -> None:
    one(content, image="chart.png")
    publish_now()
    assert publish_now().is_empty
    write_files(content, {"cpb/chart.png": image})
    publish_now()
    assert article(db, "one").image
    (content / "cpb/chart.png").unlink()
    publish_now()
    assert article(db, "one").image is None


def test_a_damaged_picture_is_refused(content: Path, publish_now: Publish, image: bytes) -> None:
    write_files(content, {"cpb/chart.png": image[:40]})
    one(content, image="chart.png")
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    (problem,) = refused.value.report.problems["cpb/one.md"]
    assert (problem.code, problem.line) in {("image-broken", 4), ("image-unknown", 4)}


@pytest.mark.parametrize(
    "name", ["clean-claims", "clean-claims.md", "../cpb/clean-claims.md", "/articles/clean-claims/"]
)
def test_related_articles_are_named_by_slug_or_file(
    content: Path, db: Database, publish_now: Publish, name: str
) -> None:
    one(content, related=f"[{name}]")
    publish_now()
    assert article(db, "one").related == ["clean-claims"]


def test_a_moved_article_stays_related(content: Path, db: Database, publish_now: Publish) -> None:
    one(content, related="[clean-claims.md]")
    publish_now()
    write_files(content, {"cpb/clean-claims.md": article_md("Clean claims", slug="tidy-claims")})
    publish_now()
    assert article(db, "one").related == ["tidy-claims"]


@pytest.mark.parametrize(
    ("related", "code", "hint"),
    [
        ("[clean-claim]", "related-broken", "Did you mean clean-claims.md?"),
        ("[../pages/about.md]", "related-broken", "about.md"),
        ("[one]", "related-to-itself", "Remove it."),
    ],
)
def test_a_related_article_that_is_none_is_refused(
    content: Path, publish_now: Publish, related: str, code: str, hint: str
) -> None:
    one(content, related=related)
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    (problem,) = refused.value.report.problems["cpb/one.md"]
    assert (problem.code, problem.line) == (code, 4)
    assert hint in problem.hint


def test_a_series_is_named_in_words_and_has_an_address(
    content: Path, db: Database, publish_now: Publish
) -> None:
    one(content, series='"Grundlagen für Anfänger"', part="2")
    publish_now()
    stored = article(db, "one")
    assert (stored.series, stored.series_slug, stored.part) == (
        "Grundlagen für Anfänger",
        "grundlagen-fur-anfanger",
        2,
    )


def test_an_author_is_named_by_slug_or_name_and_others_stay_as_they_are(
    content: Path, db: Database, publish_now: Publish
) -> None:
    write_files(content, {"authors.toml": AUTHORS, "cpb/two.md": article_md("Two", author="Sam Roe")})
    one(content, author="jane-doe", reviewer='"jane doe"', reviewed="2026-10-02")
    assert publish_now().authors == ["jane-doe"]
    assert (article(db, "one").author, article(db, "one").reviewer) == ("Jane Doe", "Jane Doe")
    assert article(db, "two").author == "Sam Roe"


def test_a_new_name_reaches_the_articles_and_new_words_touch_none(
    content: Path, db: Database, publish_now: Publish
) -> None:
    write_files(content, {"authors.toml": AUTHORS})
    one(content, author="jane-doe")
    publish_now()
    write_files(content, {"authors.toml": AUTHORS + 'bio = "She bills."\n'})
    report = publish_now()
    assert (report.authors, report.diff.is_empty) == (["jane-doe"], True)
    write_files(content, {"authors.toml": AUTHORS.replace("Jane Doe", "Jane Miller")})
    publish_now()
    assert article(db, "one").author == "Jane Miller"


def test_two_authors_may_swap_their_names_and_leave(
    content: Path, db: Database, publish_now: Publish
) -> None:
    two = '[a]\nname = "Ann"\n[b]\nname = "Bea"\n'
    write_files(content, {"authors.toml": two})
    publish_now()
    write_files(content, {"authors.toml": two.replace("Ann", "?").replace("Bea", "Ann").replace("?", "Bea")})
    publish_now()
    with db.read() as session:
        assert {author.slug: author.name for author in session.scalars(select(Author))} == {
            "a": "Bea",
            "b": "Ann",
        }
    (content / "authors.toml").unlink()
    assert publish_now().authors == ["a", "b"]
    with db.read() as session:
        assert session.scalars(select(Author)).all() == []


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("[jane]\nname = \n", 2, "toml"),
        ("\n[jane]\nbio = 'x'\n", 2, "missing"),
        ("[jane]\nname = 'Jane'\nlink = 'x'\n", 3, "unknown-key"),
        ("[jane]\nname = 'Jane'\nlinks = ['nowhere']\n", 3, "bad-address"),
        ("['Jane D']\nname = 'Jane'\n", 1, "bad-slug"),
        ("[jane]\nname = 'Jane'\n[eve]\nname = 'JANE'\n", 3, "duplicate-author"),
        ("[jane]\nname = 'Jane'\n[eve]\nname = 'jane'\n", 3, "duplicate-author"),
    ],
)
def test_a_mistake_in_authors_toml_is_named_with_its_line(
    content: Path, publish_now: Publish, text: str, line: int, code: str
) -> None:
    write_files(content, {"authors.toml": text})
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    (problem,) = refused.value.report.problems["authors.toml"]
    assert (problem.line, problem.code) == (line, code)
