"""Front matter in TOML or JSON, below other lines, or with values that only look right."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.loading.article_file import load_article
from articles.loading.discovery import DiscoveredArticle
from tests.articles.loading.front_matter import DAY, front, load
from tests.support.articles import write_files

TOML = f"""+++
title = "A case"
date = 2024-05-01T10:00:00Z
description = "{DAY}"
tags = ["vpc"]
weight = 3
draft = false
[params]
layout = "wide"
+++

Text.
"""


def test_front_matter_in_toml_is_read_as_in_yaml(tmp_path: Path) -> None:
    article, problems = load(tmp_path, TOML)
    matter = article.matter
    assert (matter.title, matter.summary, matter.topics, matter.order) == ("A case", DAY, ["vpc"], 3)
    assert matter.published == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert sorted((problem.line, problem.level) for problem in problems) == [
        (3, "warning"), (4, "warning"), (5, "warning"), (6, "warning"), (8, "warning"),
    ]  # fmt: skip


def test_a_mistake_in_toml_has_its_line(tmp_path: Path) -> None:
    broken = TOML.replace("weight = 3", "weight = ")
    write_files(tmp_path, {"cpb/one.md": broken})
    (problem,) = load_article(tmp_path, DiscoveredArticle("cpb/one.md", "cpb"), 0).problems
    assert (problem.line, problem.code, problem.level) == (6, "front-matter", "error")
    _, problems = load(tmp_path, TOML.replace("draft = false", "draft = 'no'"))
    assert (7, "wrong-type", "error") in [(problem.line, problem.code, problem.level) for problem in problems]


@pytest.mark.parametrize(
    "above", ["\n", "  \n\n", "<!-- markdownlint-disable -->\n", "<!-- one\ntwo -->\n\n<!-- three -->\n"]
)
@pytest.mark.parametrize(
    "front", ["---\ntitle: A case\ndraft: true\n---\n", "+++\ntitle = 'A case'\ndraft = true\n+++\n"]
)
def test_front_matter_below_empty_lines_and_comments_counts(tmp_path: Path, above: str, front: str) -> None:
    article, problems = load(tmp_path, f"{above}{front}\nText.\n")
    assert (article.matter.draft, article.matter.title) == (True, "A case")
    late = next(problem for problem in problems if problem.code == "front-matter-late")
    assert (late.level, late.line) == ("warning", above.count("\n") + 1)


def test_a_line_above_a_text_is_no_front_matter(tmp_path: Path) -> None:
    article, _ = load(tmp_path, "\n---\n\nText: words.\n\n---\n\nMore.\n")
    assert article.matter.title == "One"


def test_front_matter_in_json_is_read(tmp_path: Path) -> None:
    text = '{\n\t"title": "A case: \\u00e9",\n\t"date": "2019-12-01",\n\t"draft": true,\n\t"tags": ["vpc"]\n}\n\nText.\n'
    article, problems = load(tmp_path, text)
    matter = article.matter
    assert (matter.title, matter.draft, matter.topics) == ("A case: é", True, ["vpc"])
    assert matter.published == datetime(2019, 12, 1, 5, tzinfo=UTC)
    assert (3, "other-key") in [(problem.line, problem.code) for problem in problems]


def test_broken_json_is_a_mistake_and_braces_are_text(tmp_path: Path) -> None:
    write_files(tmp_path, {"cpb/two.md": '{\n"title": "A",\n"draft": tru\n}\n\nText.\n'})
    loaded = load_article(tmp_path, DiscoveredArticle("cpb/two.md", "cpb"), 0)
    assert [(problem.line, problem.code, problem.level) for problem in loaded.problems] == [
        (3, "front-matter", "error")
    ]
    article, _ = load(tmp_path, "{\nnot JSON\n}\n")
    assert article.matter.draft is False


@pytest.mark.parametrize(
    "line",
    [
        "state: draft",
        "workflow: Unpublished",
        "headless: true",
        "_build: {render: never}",
        "permalink: false",
    ],
)
def test_what_hides_an_article_elsewhere_is_a_mistake(tmp_path: Path, line: str) -> None:
    _, problems = load(tmp_path, front(line))
    errors = [problem for problem in problems if problem.level == "error"]
    assert [(problem.line, problem.code) for problem in errors] == [(3, "not-hidden")]


@pytest.mark.parametrize("line", ["permalink: /posts/:title/", 'url: "/{{ page.slug }}/"'])
def test_a_pattern_of_addresses_redirects_nothing(tmp_path: Path, line: str) -> None:
    article, problems = load(tmp_path, front(line))
    assert article.matter.aliases == []
    assert {problem.level for problem in problems} == {"warning"}


@pytest.mark.parametrize("line", ["date: 1714550400", "published: 2019.5"])
def test_a_number_is_no_date(tmp_path: Path, line: str) -> None:
    _, problems = load(tmp_path, front(line))
    assert "bad-date" in [problem.code for problem in problems if problem.level == "error"]


@pytest.mark.parametrize("title", ["\u3164", "\u2800", "\ufe0f", "\u200d\u2060", "\u115f\u1160"])
def test_a_title_that_nobody_sees_is_empty(tmp_path: Path, title: str) -> None:
    _, problems = load(tmp_path, f'---\ntitle: "{title}"\n---\n\nText.\n')
    assert "missing" in [problem.code for problem in problems if problem.level == "error"]


def test_a_long_title_says_how_long_it_is(tmp_path: Path) -> None:
    _, problems = load(tmp_path, f'---\ntitle: "{"a" * 201}"\n---\n\nText.\n')
    assert "`title` has 201 characters, and may have 200." in [problem.message for problem in problems]
