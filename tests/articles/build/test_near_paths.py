"""A broken link gets the path that was meant, and finding it costs the same in a large library."""

from difflib import SequenceMatcher
from pathlib import Path

import pytest

from articles.build.near_paths import NearPaths
from articles.build.site_urls import SiteUrls
from articles.check import check
from tests.support.articles import article_md, write_files


def suggest(paths: list[str], source: str, target: str) -> str:
    return SiteUrls(dict.fromkeys(paths, "/x/")).suggest(source, target)


def test_the_suggestion_can_be_pasted_where_the_link_stands(content: Path) -> None:
    write_files(content, {
        "cpb/About/about_Scopes.md": article_md("Scopes", slug="scopes"),
        "cpb/rules/two/a.md": article_md("A", slug="a", body="[x](about_Scopes.md)"),
    })  # fmt: skip
    (problem,) = check(content).problems["cpb/rules/two/a.md"]
    assert problem.hint == "Did you mean ../../About/about_Scopes.md?"
    pasted = problem.hint.removeprefix("Did you mean ").removesuffix("?")
    write_files(content, {"cpb/rules/two/a.md": article_md("A", slug="a", body=f"[x]({pasted})")})
    assert check(content).problems == {}


def test_a_name_with_a_space_is_suggested_as_a_link_can_have_it() -> None:
    assert suggest(["x/My note.md"], "x/a.md", "x/my note.md") == "Did you mean My%20note.md?"


def test_of_files_with_one_name_the_nearest_is_meant() -> None:
    paths = ["x/a/index.md", "x/b/index.md", "y/index.md"]
    assert suggest(paths, "x/b/page.md", "x/b/c/index.md") == "Did you mean index.md?"


def test_of_misspelt_names_the_most_similar_is_meant() -> None:
    paths = ["x/medicare-basics.md", "x/medicaid-basics.md", "x/claims.md"]
    assert suggest(paths, "x/a.md", "x/medicar-basics.md") == "Did you mean medicare-basics.md?"
    assert suggest(paths, "x/a.md", "x/zebra.md") == "Write the file's name exactly as it is in the folder."


def test_what_one_link_costs_does_not_grow_with_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0

    class CountingMatcher(SequenceMatcher[str]):
        def ratio(self) -> float:
            nonlocal looked_at
            looked_at += 1
            return super().ratio()

    monkeypatch.setattr("articles.build.near_paths.SequenceMatcher", CountingMatcher)
    near = NearPaths(f"x/the-article-with-number-{number}.md" for number in range(20_000))
    assert near.nearest("x/the-articel-with-number-12345.md") == "x/the-article-with-number-12345.md"
    assert 0 < looked_at <= 20
