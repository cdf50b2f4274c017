"""New articles and exams: names that are free, and files that pass check as they are."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from articles.check import check
from articles.starter import StarterError, new_article, new_exam
from carrel import clock
from tests.support.articles import article_md, exam_toml, write_files


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (article_md("Other", slug="loops"), "already has the address “loops”"),
        (article_md("Other", aliases="[loops]"), "already has the alias “loops”"),
    ],
)
def test_a_name_that_any_exam_uses_is_refused(content: Path, file: str, words: str) -> None:
    write_files(content, {"ccm/exam.toml": exam_toml("CCM"), "ccm/other.md": file})
    with pytest.raises(StarterError, match=words):
        new_article(content, "cpb/loops")
    assert not (content / "cpb/loops.md").exists()


def test_a_name_is_taken_by_a_file_of_another_exam_also_if_that_is_broken(content: Path) -> None:
    write_files(content, {"ccm/exam.toml": exam_toml("CCM"), "ccm/Loops.md": "---\ntitle: [\n---\nText.\n"})
    with pytest.raises(StarterError, match=r"ccm/Loops\.md already has the address"):
        new_article(content, "cpb/loops")


def test_a_free_name_is_begun_also_where_an_old_path_ends_like_it(content: Path) -> None:
    write_files(content, {"cpb/other.md": article_md("Other", aliases="[/2019/loops]")})
    assert new_article(content, "cpb/loops") == content / "cpb" / "loops.md"


def test_a_new_exam_passes_check_and_comes_after_the_others(content: Path) -> None:
    exam, article = new_exam(content, "ccm")
    assert check(content).problems == {}
    assert "order = 2" in exam.read_text()
    assert "draft: true" in article.read_text()
    new_exam(content, "ahip")
    assert check(content).problems == {}


@pytest.mark.parametrize("slug", ["cpb", "pages", "CCM", "a/b", "..", "", "x" * 80])
def test_an_exam_that_is_there_or_cannot_be_named_so_is_refused(content: Path, slug: str) -> None:
    before = sorted(content.rglob("*"))
    with pytest.raises(StarterError):
        new_exam(content, slug)
    assert sorted(content.rglob("*")) == before


@pytest.mark.parametrize(("new", "old"), [("cpb/aaa.md", "cpb/zzz.md"), ("cpb/zzz.md", "cpb/aaa.md")])
def test_of_two_files_with_one_address_the_newer_is_to_blame(content: Path, new: str, old: str) -> None:
    write_files(content, {path: article_md("A title", slug="same") for path in (old, new)})
    os.utime(content / old, (1_600_000_000, 1_600_000_000))
    with time_machine.travel(clock.now() + timedelta(seconds=10)):  # their times prove nothing before
        assert list(check(content).problems) == [new]
    os.utime(content / new)
    assert list(check(content).problems) == ["cpb/zzz.md"], (
        "of two that were written just now, the later in the list"
    )
