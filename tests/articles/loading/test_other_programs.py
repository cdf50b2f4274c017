"""Front matter as Jekyll, Hugo and Obsidian write it is read, with a word about each key."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from articles.check import check
from tests.articles.loading.front_matter import DAY, front, load
from tests.support.articles import SUMMARY, article_md, write_files


def test_the_keys_of_hugo_are_read_and_each_is_named(tmp_path: Path) -> None:
    lines = [f"description: {DAY}", "date: 2024-05-01", "tags: [vpc]", "weight: 3", "linkTitle: Case"]
    article, problems = load(tmp_path, front(*lines))
    matter = article.matter
    assert (matter.summary, matter.topics, matter.order) == (DAY, ["vpc"], 3)
    assert matter.published == datetime(2024, 5, 1, 4, tzinfo=UTC)
    assert [(problem.line, problem.level, problem.message) for problem in sorted(problems, key=lambda p: p.line)] == [
        (3, "warning", "`description` is read as `summary`."),
        (4, "warning", "`date` is read as `published`."),
        (5, "warning", "`tags` is read as `topics`."),
        (6, "warning", "`weight` is read as `order`."),
        (7, "warning", "`linkTitle` has no meaning here."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2019-05-01 10:00:00 -0400", datetime(2019, 5, 1, 14, tzinfo=UTC)),
        ("2019-05-01 10:00 +02:00", datetime(2019, 5, 1, 8, tzinfo=UTC)),
        ("2019-05-01 9:00:00 UTC", datetime(2019, 5, 1, 9, tzinfo=UTC)),
        ("2019-05-01T10:00:00.000Z", datetime(2019, 5, 1, 10, tzinfo=UTC)),
        ("May 7, 2019", datetime(2019, 5, 7, 4, tzinfo=UTC)),
        ("7th Sept. 2019", datetime(2019, 9, 7, 4, tzinfo=UTC)),
        ("2019-05-01 10:00:00 +0000 UTC", datetime(2019, 5, 1, 10, tzinfo=UTC)),
        ("Wed, 01 May 2019 10:00:00 -0400", datetime(2019, 5, 1, 14, tzinfo=UTC)),
        ("2019/5/1", datetime(2019, 5, 1, 4, tzinfo=UTC)),
        ('"2019-12-01"', datetime(2019, 12, 1, 5, tzinfo=UTC)),
    ],
)
def test_dates_that_can_mean_one_moment_are_read(tmp_path: Path, written: str, moment: datetime) -> None:
    article, _ = load(tmp_path, front(f"date: {written}"))
    assert article.matter.published == moment


@pytest.mark.parametrize(
    "written", ["01/05/2019", "May 2019", "Mai 7, 2019", "7 2019", "2019-02-30", "2019-13-1"]
)
def test_dates_that_can_mean_several_moments_or_none_are_mistakes(tmp_path: Path, written: str) -> None:
    _, problems = load(tmp_path, front(f"summary: {SUMMARY}", f"published: {written}"))
    assert [(problem.line, problem.level) for problem in problems] == [(4, "error")]


def test_of_a_moment_the_day_is_as_it_was_written(tmp_path: Path) -> None:
    article, _ = load(tmp_path, front("lastmod: 2019-05-01T23:30:00-04:00"))
    assert str(article.matter.updated) == "2019-05-01"


def test_our_own_key_wins_and_the_other_is_named(tmp_path: Path) -> None:
    article, problems = load(tmp_path, front(f"summary: {SUMMARY}", f"description: {DAY}"))
    assert article.matter.summary == SUMMARY
    assert [problem.message for problem in problems] == ["`summary` is read, and `description` is not."]


def test_of_two_dates_the_day_of_publishing_is_read(tmp_path: Path) -> None:
    article, _ = load(tmp_path, front("date: 2019-05-01", "publishDate: 2020-05-01"))
    assert article.matter.published == datetime(2020, 5, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "line", ["private: true", "status: draft", "visibility: members", "password: x", "hidden: yes"]
)
def test_an_article_that_is_not_for_everybody_is_never_published_by_mistake(
    tmp_path: Path, line: str
) -> None:
    _, problems = load(tmp_path, front(f"summary: {SUMMARY}", line))
    assert [(problem.code, problem.level) for problem in problems] == [("not-hidden", "error")]


def test_jekylls_published_false_is_a_draft(tmp_path: Path) -> None:
    assert load(tmp_path, front("published: false"))[0].matter.draft
    assert not load(tmp_path, front("published: true"))[0].matter.draft


@pytest.mark.parametrize(
    "line", ["draf: true", "publised: 2030-01-01", "titel: x", "topic: [a]", "expire: 2027-01-01"]
)
def test_a_key_that_looks_like_ours_stays_a_mistake(tmp_path: Path, line: str) -> None:
    _, problems = load(tmp_path, front(f"summary: {SUMMARY}", line))
    (problem,) = problems
    assert (problem.code, problem.level) == ("unknown-key", "error")
    assert "Did you mean" in problem.hint


def test_no_hint_tells_to_remove_what_would_be_lost(tmp_path: Path) -> None:
    keys = ["layout: post", "cover: a.png", "categories: [a]", "keywords: x", "mine: 3"]
    _, problems = load(tmp_path, front(f"summary: {SUMMARY}", *keys))
    assert len(problems) == len(keys)
    assert not [problem for problem in problems if problem.level == "error" or "emove" in problem.hint]


def test_tags_that_are_no_topics_are_left_out_and_topics_stay_strict(content: Path) -> None:
    write_files(content, {
        "cpb/tags.md": article_md("Tags", tags="[Medicare, vpc]"),
        "cpb/topics.md": article_md("Topics", topics="[Clean Claims, vpc]"),
    })  # fmt: skip
    problems = check(content).problems
    assert [(problem.code, problem.level) for problem in problems["cpb/tags.md"]] == [
        ("other-key", "warning"),
        ("unknown-tag", "warning"),
    ]
    assert [(problem.code, problem.level) for problem in problems["cpb/topics.md"]] == [
        ("unknown-topic", "error")
    ]


def test_a_file_without_front_matter_has_its_first_heading_as_title(tmp_path: Path) -> None:
    assert load(tmp_path, "# The `rule`, *briefly*\n\nText.\n")[0].matter.title == "The rule, briefly"
    assert load(tmp_path, "The rule\n========\n\nText.\n")[0].matter.title == "The rule"
    assert load(tmp_path, "---\nsummary: x\n---\n\n# The rule\n\nText.\n")[0].matter.title == "The rule"


def test_a_file_without_any_title_has_its_name(tmp_path: Path) -> None:
    article, problems = load(tmp_path, "Text.\n", "cpb/timely-filing-rules.md")
    assert article.matter.title == "Timely filing rules"
    assert [problem.level for problem in problems] == ["warning", "warning"]
    assert load(tmp_path, "Text.\n", "cpb/loops/index.md")[0].matter.title == "Loops"


def test_a_title_that_is_written_and_empty_is_a_mistake(tmp_path: Path) -> None:
    _, problems = load(tmp_path, f"---\ntitle:\nsummary: {SUMMARY}\n---\n\n# Text\n")
    assert [(problem.line, problem.code) for problem in problems] == [(2, "missing")]


def test_all_mistakes_are_named_at_once_whatever_else_is_wrong(content: Path) -> None:
    wrong = "order: x\npublished: soon\ndomain: none\ntopics: [none]\nreviewed: 2026-10-01\naliases: [clean-claims]"
    text = f"---\n{wrong}\n---\n\nText ![](x.png) [gone](gone.md)\n"
    write_files(content, {"cpb/one.md": text})
    codes = {problem.code for problem in check(content).problems["cpb/one.md"]}
    assert codes >= {
        "wrong-type", "bad-date", "unknown-domain", "unknown-topic", "alias-taken", "alt-missing", "link-broken",
        "image-missing",
    }  # fmt: skip


def test_what_follows_from_a_mistake_is_not_a_second_one(tmp_path: Path) -> None:
    _, problems = load(tmp_path, front(f"summary: {SUMMARY}", "reviewer: A person", "reviewed: soon"))
    assert [problem.code for problem in problems] == ["bad-date"]


def test_a_time_without_a_zone_is_the_sites_and_says_so(tmp_path: Path) -> None:
    article, problems = load(tmp_path, front(f"summary: {SUMMARY}", "published: 2019-05-01T10:00"))
    assert article.matter.published == datetime(2019, 5, 1, 14, tzinfo=UTC)
    assert [(problem.line, problem.level, problem.code) for problem in problems] == [
        (4, "warning", "date-without-zone")
    ]
    assert "America/New_York" in problems[0].message


@pytest.mark.parametrize(
    ("written", "slug"), [("Clean Claims", "clean-claims"), ("hugo_build", "hugo-build"), ("città", "citta")]
)
def test_a_slug_that_can_mean_one_address_is_read_as_that(tmp_path: Path, written: str, slug: str) -> None:
    article, problems = load(tmp_path, front(f"summary: {SUMMARY}", f"slug: {written}"))
    assert article.slug == slug
    assert [(problem.line, problem.level, problem.hint) for problem in problems] == [
        (4, "warning", f"Write slug: {slug}")
    ]


@pytest.mark.parametrize("key", ["ms.reviewer: A. Reader", "subtitle: More"])
def test_keys_that_only_look_like_ours_may_stay(tmp_path: Path, key: str) -> None:
    _, problems = load(tmp_path, front(f"summary: {SUMMARY}", key))
    assert [(problem.code, problem.level) for problem in problems] == [("unread-key", "warning")]
