"""`carrel check --fix` mends what needs no judgment, shows it, and writes nothing else."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from articles.check import check
from articles.fix import find_fix
from tests.articles.test_commands import Run, run
from tests.support.articles import SUMMARY, article_md, write_files

__all__ = ["run"]
HUGO = f"""---
title: "A case"
description: {SUMMARY}
date: 2024-05-01   # as Hugo has it
tags: [medicare]
weight: 3
linkTitle: Case
---

Text.
"""
MENDED = f"""---
title: "A case"
summary: {SUMMARY}
published: 2024-05-01   # as Hugo has it
topics: [medicare]
order: 3
linkTitle: Case
---

Text.
"""


def mended(content: Path, text: str | bytes, name: str = "cpb/one.md") -> bytes | None:
    write_files(content, {name: text})
    problems = check(content).problems.get(name, [])
    fix = find_fix(content, name, problems, ZoneInfo("America/New_York"))
    if fix:
        fix.write(content)
        again = check(content).problems.get(name, [])
        assert len(again) < len(problems)
        assert find_fix(content, name, again, UTC) is None, "once is enough"
    return fix.data if fix else None


def test_the_keys_of_other_programs_become_ours_and_all_else_stays(content: Path) -> None:
    assert mended(content, HUGO) == MENDED.encode()


def test_line_ends_and_marks_stay_as_they_are(content: Path) -> None:
    windows = b"\xef\xbb\xbf" + HUGO.replace("\n", "\r\n").encode()
    assert mended(content, windows) == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()
    assert mended(content, HUGO.encode() + b"One line.\r\n") is None


def test_tags_that_are_no_topics_stay_tags(content: Path) -> None:
    assert mended(content, article_md(tags="[medicare, vpc]")) is None


def test_a_key_stays_when_ours_is_there_too_or_two_would_become_one(content: Path) -> None:
    assert mended(content, article_md(description="Another")) is None
    assert mended(content, article_md(permalink="/a/", url="/b/")) is None


def test_an_old_address_becomes_an_alias(content: Path) -> None:
    assert b"\naliases: /x/y.html\n" in (mended(content, article_md(permalink="/x/y.html")) or b"")


@pytest.mark.parametrize(
    ("written", "right"),
    [("2026-09-14 09:00:00", "2026-09-14T09:00:00-04:00"), ("2026-01-14 9:00", "2026-01-14T09:00:00-05:00")],
)
def test_a_time_without_a_zone_gets_the_sites(content: Path, written: str, right: str) -> None:
    assert f"\npublished: {right}\n".encode() in (mended(content, article_md(published=written)) or b"")


def test_a_date_that_may_be_several_is_left_alone(content: Path) -> None:
    assert mended(content, article_md(published="01/02/2026")) is None


def test_headings_are_lowered_as_the_page_has_them_and_code_is_left_alone(content: Path) -> None:
    body = (
        "# Claims\n\n```sh\n# not a heading\n```\n\n## Part\n\nOther\n=====\n\nText.\n\nLast\n----\n\nText.\n"
    )
    lowered = (
        "# Claims\n\n```sh\n# not a heading\n```\n\n### Part\n\n## Other\n\nText.\n\n### Last\n\nText.\n"
    )
    assert mended(content, article_md("Claims", body)) == article_md("Claims", lowered).encode()


def test_a_file_without_front_matter_gets_its_title(content: Path) -> None:
    text = '# The "rule"\n\nText.\n'
    assert mended(content, text) == f'---\ntitle: "The \\"rule\\""\n---\n{text}'.encode()


def test_the_command_shows_each_change_and_what_is_left(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": HUGO, "cpb/two.md": article_md("TODO")})
    result = run("check", "--fix")
    assert result.exit_code == 1
    assert {"-weight: 3", "+order: 3"} <= set(result.stderr.splitlines())
    assert "Fixed 1 of 2 files with problems." in result.stderr
    assert result.stdout.endswith("5 files checked: 1 mistake, 1 warning.\n")
    assert (content / "cpb/one.md").read_text() == MENDED
    assert (content / "cpb/two.md").read_text() == article_md("TODO")


def test_without_fix_nothing_is_written_and_strict_counts_warnings(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": HUGO})
    assert (run("check").exit_code, run("check", "--strict").exit_code) == (0, 1)
    assert (content / "cpb/one.md").read_text() == HUGO
