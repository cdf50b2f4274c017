"""Links as Hugo, Jekyll and MkDocs have them lead to the file that is meant, or to nothing: never to another page."""

from pathlib import Path

import pytest

from articles.build.site_paths import SitePaths
from articles.check import check
from tests.support.articles import article_md, write_files

FILES = ["x/how/setup.md", "x/functions/time/Format.md", "x/a/index.md", "x/cn/2018-01-12-new.md", "y/how/setup.md",
         "x/_Odd Name.markdown", "x/b/README.md"]  # fmt: skip
PATHS = SitePaths(
    {path: f"/articles/{n}/" for n, path in enumerate(FILES)}, {"/old/page.html": "x/a/index.md"}
)


@pytest.mark.parametrize(
    ("site_path", "file"),
    [
        ("/functions/time/format/", "x/functions/time/Format.md"),
        ("/functions/time/Format.html", "x/functions/time/Format.md"),
        ("/x/functions/time/format.md", "x/functions/time/Format.md"),
        ("/how/setup/", "x/how/setup.md"),
        ("/y/how/setup/", "y/how/setup.md"),
        ("/a/", "x/a/index.md"),
        ("/b", "x/b/README.md"),
        ("/old/page.html", "x/a/index.md"),
        ("/cn/2018/01/new/", "x/cn/2018-01-12-new.md"),
        ("/2018/01/12/new.html", "x/cn/2018-01-12-new.md"),
        ("/setup/", None),
        ("/time/", None),
        ("/", None),
        ("/2018/01/13/new.html", None),
    ],
)
def test_a_path_of_the_site_is_the_file_that_other_programs_put_there(
    site_path: str, file: str | None
) -> None:
    assert PATHS.page(site_path, "x") == file


def test_a_path_that_two_exams_have_is_neithers_for_a_third() -> None:
    assert PATHS.page("/how/setup/", "z") is None


@pytest.mark.parametrize(
    "link",
    [
        "../cpb/Clean-Claims.md",
        "/cpb/clean-claims/",
        "/clean-claims",
        "/old/",
        "CLEAN-CLAIMS/",
        "/about",
        "/pass?a=b",
    ],
)
def test_it_leads_there(content: Path, link: str) -> None:
    write_files(
        content,
        {"cpb/clean-claims.md": article_md(aliases="[/old/]"), "cpb/one.md": article_md(body=f"[x]({link})")},
    )
    assert check(content).problems == {}


@pytest.mark.parametrize("link", ["/docs/x/", "/en-US/docs/Web", "../../elsewhere.md", "_draft.md"])
def test_what_is_elsewhere_keeps_its_words_with_a_warning(content: Path, link: str) -> None:
    write_files(content, {"cpb/_draft.md": article_md(), "cpb/one.md": article_md(body=f"[x]({link})")})
    report = check(content)
    assert (report.errors, [problem.line for problem in report.problems["cpb/one.md"]]) == (0, [6])


def test_an_address_in_code_is_no_link(content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md(body='```html\n<a href="/exams/none/">x</a>\n```\n')})
    assert check(content).problems == {}


def test_an_index_is_made_when_the_first_link_needs_it() -> None:
    paths = SitePaths({"x/a.md": "/articles/a/"}, {})
    assert not {"_by_file", "_by_site_path"} & vars(paths).keys()
    assert paths.file("x/A.markdown") == "x/a.md"
    assert "_by_site_path" not in vars(paths)
