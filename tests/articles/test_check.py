"""Every mistake an author can make is named with its file, its line, its code and its hint."""

from pathlib import Path

import pytest

from articles.check import check
from articles.problems import ProblemReport
from tests.support.articles import SUMMARY, article_md, write_files

GOOD = article_md()
ProblemPlace = tuple[str, int, str]


def problem_places(report: ProblemReport) -> list[ProblemPlace]:
    return [
        (path, problem.line, problem.code)
        for path, problems in report.problems.items()
        for problem in problems
    ]


def check_one(content: Path, text: str | bytes, name: str = "cpb/one.md") -> list[ProblemPlace]:
    write_files(content, {name: text})
    return problem_places(check(content))


def hint_for(content: Path, text: str, name: str = "cpb/one.md") -> str:
    write_files(content, {name: text})
    (problem,) = check(content).problems[name]
    return problem.hint


def test_a_folder_without_mistakes_is_clean(content: Path) -> None:
    report = check(content)
    assert (problem_places(report), report.errors, report.files) == ([], 0, 3)


FRONT = {
    "a colon without quotes": ("title: CMP: what it is", "unquoted-colon", 'title: "CMP: what it is"'),
    "a title that YAML reads as false": ("title: no", "unquoted", 'title: "no"'),
    "a title that YAML reads as 750": ("title: 12:30", "unquoted", 'title: "12:30"'),
    "a title that YAML reads as a date": ("title: 2026-09-14", "unquoted", 'title: "2026-09-14"'),
    "a title that YAML cuts": ("title: Box #33", "yaml-comment", '"Box #33"'),
    "an empty title": ("title:", "missing", "title: …"),
    "a blank title": ('title: "  "', "missing", "Write it."),
    "a key twice": ("title: one\ntitle: two", "duplicate-key", "Keep one"),
    "a YAML anchor": ("title: one\ntopics: &t [*t]", "yaml-anchor", "Write out the value."),
    "an open quote": ('title: "one', "front-matter", "close every quote"),
    "a tab": ("title: one\n\tdraft: true", "front-matter", "spaces"),
    "an unknown key": ("title: one\nauthors: me", "unknown-key", "Did you mean author?"),
    "a date that is none": ("title: one\npublished: soon", "bad-date", "2026-09-14T09:00:00Z"),
    "a day that is none": ("title: one\nupdated: 2026-13-01", "bad-date", "2026-10-01"),
    "a review without a reviewer": ("title: one\nreviewed: 2026-10-01", "half-review", "or neither"),
    "an end before the beginning": (
        "title: one\npublished: 2026-09-14T09:00:00Z\nexpires: 2026-09-13T09:00:00Z", "expires-early", "later"),
    "a misspelt topic": ("title: one\ntopics: [medicar]", "unknown-topic", "Did you mean medicare?"),
    "a misspelt domain": ("title: one\ndomain: claim", "unknown-domain", "Did you mean claims?"),
    "a topic that is false": ("title: one\ntopics: [medicare, no]", "unquoted", '- "no"'),
    "a topic twice": ("title: one\ntopics: [medicare, medicare]", "topic-twice", "Keep one."),
    "topics that are no list": ("title: one\ntopics: medicare", "wrong-type", "Correct"),
    "an order that is a text": ('title: one\norder: "3"', "wrong-type", "Correct"),
    "a draft that is a text": ('title: one\ndraft: "no"', "wrong-type", "Correct"),
    "a slug without a letter": ("title: one\nslug: '---'", "bad-slug", "a-name-like-this"),
    "a source without a title": ("title: one\nsources:\n  - url: https://example.org", "missing", "title: …"),
    "a source with a strange address": (
        "title: one\nsources:\n  - title: one\n    url: javascript:alert(1)", "bad-address", "https://"),
    "placeholder text": ("title: TODO", "placeholder", "Replace it, unless"),
}  # fmt: skip


@pytest.mark.parametrize(("front", "code", "hint"), FRONT.values(), ids=FRONT.keys())
def test_a_mistake_in_front_matter_has_its_line_and_hint(
    content: Path, front: str, code: str, hint: str
) -> None:
    text = f'---\nsummary: "{SUMMARY}"\n{front}\n---\n\nText.\n'
    write_files(content, {"cpb/one.md": text})
    problems = {problem.code: problem for problem in check(content).problems["cpb/one.md"]}
    assert list(problems) == [code]
    assert hint in problems[code].hint
    is_about_two_lines = code in {"half-review", "expires-early"}
    assert problems[code].line == (1 if is_about_two_lines else 2 + len(front.split("\n")))


def test_values_that_yaml_reads_rightly_are_taken(content: Path) -> None:
    dates = {"published": "2026-09-14T09:00:00+02:00", "updated": "2026-10-01", "expires": "", "draft": "yes"}
    assert check_one(content, article_md("No: 12:30", **dates)) == []


def test_a_summary_that_is_too_short_is_a_warning(content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md(summary='"Short."')})
    report = check(content)
    assert (problem_places(report), report.errors, report.warnings) == (
        [("cpb/one.md", 3, "summary-length")],
        0,
        1,
    )


BODIES = {
    "placeholder text": ("Fine.\n\nTODO: write", "placeholder", 2),
    "an image without alt": ("![](chart.png)", "alt-missing", 0),
    "a missing image": ("Fine.\n\n![A chart](chrat.png)", "image-missing", 2),
    "an image elsewhere": ("![A chart](../../outside.png)", "image-outside", 0),
    "a broken link": ("See [this](medicar-basics.md).", "link-broken", 0),
    "a broken anchor elsewhere": ("See [this](medicare-basics.md#rules).", "anchor-broken", 0),
    "a broken anchor here": ("See [this](#rules).", "anchor-broken", 0),
    "a link by address": ("See [this](/articles/medicare-basics/).", "link-by-address", 0),
    "a page that is not there": ("See [this](/abuot/).", "link-broken", 0),
    "raw HTML": ("<script>alert(1)</script>", "raw-html", 0),
    "no text": ("", "empty-body", 0),
}  # fmt: skip


@pytest.mark.parametrize(("body", "code", "offset"), BODIES.values(), ids=BODIES.keys())
def test_a_mistake_in_the_text_has_the_line_of_the_file(
    content: Path, image: bytes, body: str, code: str, offset: int
) -> None:
    write_files(content, {"cpb/chart.png": image, "../outside.png": image})
    first_line = 6 if body else 5
    assert check_one(content, article_md(body=body)) == [("cpb/one.md", first_line + offset, code)]


def test_links_that_lead_somewhere_are_clean(content: Path, image: bytes) -> None:
    body = (
        "## Here\n\n[a](medicare-basics.md#the-rule) [b](../cpb/clean-claims.md) [c](../pages/about.md) "
        "[d](/exams/cpb/) [e](/topics/medicare/) [f](/pass/) [g](#here) [h](https://example.org)\n\n![A chart](chart.png)\n"
    )
    assert check_one(write_files(content, {"cpb/chart.png": image}), article_md(body=body)) == []


def test_a_broken_link_suggests_the_article_that_was_meant(content: Path) -> None:
    assert hint_for(content, article_md(body="[x](medicar-basics.md)")) == "Did you mean medicare-basics.md?"


def test_a_placeholder_that_is_the_subject_is_a_warning(content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md("Build a TODO list", body="A TODO list app.")})
    report = check(content)
    assert (problem_places(report), report.errors) == (
        [("cpb/one.md", 2, "placeholder"), ("cpb/one.md", 6, "placeholder")],
        0,
    )
