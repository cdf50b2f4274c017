"""Which files are articles, under which slug, and which are named because an author may miss them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from articles.check import check
from articles.loading.file_names import slug_of
from articles.models import Article
from articles.publish import PublishReport
from articles.report_lines import report_lines
from carrel.db import Database
from tests.support.articles import article_md, write_files

# Written as GitHub, Wikipedia and passports write them: by people, not by the library that we use.
SLUGS = {
    "x/clean-claims.md": "clean-claims",
    "x/Clean Claims.md": "clean-claims",
    "x/about_Scopes.markdown": "about-scopes",
    "x/città.md": "citta",
    "x/citta\u0300.md": "citta",
    "x/Größe.md": "grosse",
    "x/Москва.md": "moskva",
    "x/北京.md": "beijing",
    "x/C++.md": "c-plus-plus",
    "x/C#.md": "c-sharp",
    "x/What's new?.md": "whats-new",
    "x/2019-05-01-old.md": "2019-05-01-old",
    "x/loops/index.md": "loops",
    "x/For Loops/INDEX.md": "for-loops",
    f"x/{'word-' * 30}.md": ("word-" * 16)[:-1],
}


@pytest.mark.parametrize(("path", "slug"), SLUGS.items())
def test_a_file_gets_a_slug_that_every_address_can_have(path: str, slug: str) -> None:
    assert slug_of(path) == slug


def test_names_of_all_scripts_and_both_endings_are_published(
    content: Path, publish_now: Callable[..., PublishReport], db: Database
) -> None:
    names = [
        "città.md",
        "北京.md",
        "post.markdown",
        "notes.MD",
        "My Note.md",
        "loops/index.md",
        "arrays/index.md",
    ]
    write_files(content, {f"cpb/{name}": article_md(name) for name in names})
    publish_now()
    with db.read() as session:
        slugs = set(session.scalars(select(Article.slug)))
    assert slugs >= {"citta", "beijing", "post", "notes", "my-note", "loops", "arrays"}


def test_files_that_an_author_may_miss_are_named_in_one_line(content: Path) -> None:
    for name in (
        "cpb/README.md",
        "cpb/_index.md",
        "cpb/_posts/2024-01-01-a.md",
        "cpb/b.mdx",
        "cpb/c.md.txt",
        "top.md",
    ):
        write_files(content, {name: article_md()})
    write_files(content, {"cpb/.hidden/b.md": "x", "cpb/_data/x.csv": "x", "_drafts/d.markdown": "x"})
    assert list(report_lines(check(content))) == [
        "3 files checked: no mistakes, no warnings.",
        "7 files were not checked: _drafts/d.markdown, cpb/README.md, cpb/_index.md, cpb/_posts/2024-01-01-a.md, "
        "cpb/b.mdx, cpb/c.md.txt, top.md",
    ]


def test_a_folders_page_without_text_is_left_out_with_a_warning(
    content: Path, publish_now: Callable[..., PublishReport], db: Database
) -> None:
    for name, text in {
        "loops": article_md("Loops", body=""),
        "arrays": "# Arrays\n",
        "maps": "Maps\n====\n",
    }.items():
        write_files(content, {f"cpb/{name}/index.md": text})
    report = publish_now()
    assert {path: [(p.code, p.level) for p in problems] for path, problems in report.warnings.items()} == {
        f"cpb/{name}/index.md": [("empty-section", "warning")] for name in ("loops", "arrays", "maps")
    }
    with db.read() as session:
        assert set(session.scalars(select(Article.slug))) == {"clean-claims", "medicare-basics"}


def test_a_link_to_a_page_that_was_left_out_keeps_its_words(content: Path) -> None:
    write_files(
        content, {"cpb/loops/index.md": "# Loops\n", "cpb/one.md": article_md(body="[x](loops/index.md)")}
    )
    assert [(problem.code, problem.level) for problem in check(content).problems["cpb/one.md"]] == [
        ("link-unpublished", "warning")
    ]


def test_other_files_without_text_stay_mistakes(content: Path) -> None:
    write_files(content, {"cpb/loops.md": article_md("Loops", body="")})
    assert check(content).errors == 1


def test_of_the_files_that_stand_for_a_folder_one_is_its_page(content: Path) -> None:
    write_files(
        content,
        {
            "cpb/loops/README.md": article_md("Loops"),
            "cpb/maps/_index.md": article_md("Maps"),
            "cpb/maps/readme.md": article_md("About the files"),
            "cpb/sets/index.md": article_md("Sets"),
            "cpb/sets/_index.md": article_md("Not these"),
            "cpb/one.md": article_md(
                body="[a](loops/) [b](maps/README.md) [c](/sets/) [d](README.md) [e](.)"
            ),
        },
    )
    report = check(content)
    assert (report.problems, report.skipped) == ({}, ("cpb/maps/readme.md", "cpb/sets/_index.md"))


@pytest.mark.parametrize("ending", ["mkdn", "mdwn", "mkdown", "mdtext", "qmd", "Rmd", "livemd"])
def test_files_with_other_endings_of_markdown_are_named_too(content: Path, ending: str) -> None:
    write_files(content, {f"cpb/notes.{ending}": article_md()})
    assert f"cpb/notes.{ending}" in list(report_lines(check(content)))[-1]
