"""What `[[…]]` means, and what an exam or an article says of formulas and quotes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from articles.build.notes import Notes
from articles.check import check
from articles.publish import PublishReport
from carrel.db import Database
from tests.articles.publish.library import article
from tests.support.articles import article_md, exam_toml, write_files

TITLES = {
    "x/nat-gateway.md": "Why NAT costs", "x/loops/index.md": "Loops", "x/a/Setup.md": "Set up A", "x/b/Setup.md": "Set up B",
    "x/C++.md": "", "x/C#.md": "", "y/résumé.md": "Same", "y/other.md": "Same",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("nat-gateway", ["nat-gateway.md"]),
        ("NAT gateway", ["nat-gateway.md"]),
        ("nat-gateway.md", ["nat-gateway.md"]),
        ("why nat costs", ["nat-gateway.md"]),
        ("loops", ["loops/index.md"]),
        ("a/Setup", ["a/Setup.md"]),
        ("../b/setup", ["b/Setup.md"]),
        ("Setup", ["a/Setup.md", "b/Setup.md"]),
        ("C++", ["C++.md"]),
        ("c#", ["C#.md"]),
        ("re\u0301sume\u0301", ["../y/résumé.md"]),
        ("Same", ["../y/other.md", "../y/résumé.md"]),
        ("nothing", []),
        ("..", []),
    ],
)
def test_a_name_means_a_file_or_a_title(name: str, paths: list[str]) -> None:
    assert Notes(TITLES).paths_of(name, "x/one.md") == paths


def test_the_folder_of_the_article_comes_first() -> None:
    assert Notes(TITLES).paths_of("Setup", "x/b/two.md") == ["Setup.md"]


def test_a_wiki_link_leads_to_an_article_that_did_not_change(
    content: Path, publish_now: Callable[..., PublishReport], db: Database
) -> None:
    publish_now()
    write_files(
        content, {"cpb/one.md": article_md("One", "[[Medicare basics]] and [[clean-claims#The rule|b]]\n")}
    )
    publish_now()
    html = article(db, "one").content.html  # type: ignore[union-attr]
    assert '<a href="/articles/medicare-basics/">Medicare basics</a>' in html
    assert '<a href="/articles/clean-claims/#the-rule">b</a>' in html


def test_a_heading_that_is_not_there_is_named(content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md("One", "[[clean-claims#Nothing]]\n")})
    assert [problem.code for problem in check(content).problems["cpb/one.md"]] == ["anchor-broken"]


def test_a_picture_is_found_in_another_folder_of_its_exam_when_it_is_the_only_one(
    content: Path, image: bytes
) -> None:
    write_files(content, {"cpb/one.md": article_md("One", "![[s.png|A switch]]\n"), "cpb/files/s.png": image})
    assert check(content).errors == 0
    write_files(content, {"cpb/more/s.png": image})
    assert [problem.code for problem in check(content).problems["cpb/one.md"]] == ["image-missing"]


@pytest.mark.parametrize(
    ("exam", "fields", "is_math"),
    [
        ("", {}, False),
        ("", {"math": "true"}, True),
        ("math = true", {}, True),
        ("math = true", {"math": "false"}, False),
    ],
)
def test_formulas_are_read_where_the_article_or_its_exam_says_so(
    content: Path,
    publish_now: Callable[..., PublishReport],
    db: Database,
    exam: str,
    fields: dict[str, str],
    *,
    is_math: bool,
) -> None:
    toml = exam_toml().replace("order = 1\n", f"order = 1\n{exam}\n")
    write_files(
        content, {"cpb/exam.toml": toml, "cpb/one.md": article_md("One", "Let $x_1$ be.\n", **fields)}
    )
    publish_now()
    assert ("<math" in article(db, "one").content.html) is is_math  # type: ignore[union-attr]


def test_quotes_are_the_exams(content: Path, publish_now: Callable[..., PublishReport], db: Database) -> None:
    toml = exam_toml().replace("order = 1\n", 'order = 1\nquotes = "„“"\n')
    write_files(content, {"cpb/exam.toml": toml, "cpb/one.md": article_md("One", 'A "word" -- it.\n')})
    publish_now()
    assert article(db, "one").content.html == "<p>A „word“ – it.</p>\n"  # type: ignore[union-attr]


def test_quotes_that_do_not_pair_are_a_mistake(content: Path) -> None:
    write_files(content, {"cpb/exam.toml": exam_toml().replace("order = 1\n", 'order = 1\nquotes = "„“”"\n')})
    (problem,) = check(content).problems["cpb/exam.toml"]
    assert (problem.code, "open" in problem.message) == ("bad-quotes", True)
