"""The library of a preview: what is written, as far as it goes, with every mistake."""

from dataclasses import replace
from pathlib import Path

import pytest

from articles import queries
from articles.publish import publish
from carrel import clock
from carrel.services import Services
from tests.support.articles import article_md, exam_toml, write_files
from website.preview.panel import panel_of
from website.preview.preview_library import PreviewLibrary, written


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_files(
        tmp_path / "content",
        {
            "cpb/exam.toml": exam_toml(),
            "cpb/clean-claims.md": article_md(),
            "cpb/appeals.md": article_md("Appeals"),
        },
    )


def over(services: Services, content: Path) -> Services:
    return replace(services, settings=services.settings.model_copy(update={"content": content}))


@pytest.fixture
def library(services: Services, content: Path) -> PreviewLibrary:
    library = PreviewLibrary(over(services, content))
    library.build()
    return library


def slugs(library: PreviewLibrary) -> set[str]:
    with library.services.db.read() as session:
        return {article.slug for article in queries.newest(session, clock.now(), 100)}


def codes(library: PreviewLibrary, url: str) -> list[str]:
    return [view.problem.code for view in panel_of(library, url).here]


def write(library: PreviewLibrary, files: dict[str, str]) -> None:
    write_files(library.services.settings.content, files)
    library.build()


def test_drafts_and_scheduled_articles_are_shown_and_keep_their_dates(library: PreviewLibrary) -> None:
    write(library, {
        "cpb/draft.md": article_md("Draft", draft="true"),
        "cpb/later.md": article_md("Later", published="2031-05-06T07:00:00Z"),
        "cpb/past.md": article_md("Past", expires="2020-05-06T07:00:00Z"),
    })  # fmt: skip
    assert slugs(library) == {"clean-claims", "appeals", "draft", "later"}
    assert panel_of(library, "/articles/draft/").draft
    later = panel_of(library, "/articles/later/").scheduled
    assert later is not None
    assert later.year == 2031
    with library.services.db.read() as session:
        article = queries.find_article(session, "later", clock.now())
        assert getattr(article, "published_at", None) == later
    write(library, {"cpb/draft.md": article_md("Draft")})
    assert not panel_of(library, "/articles/draft/").draft
    assert panel_of(library, "/articles/later/").scheduled == later, (
        "what was not written again is remembered"
    )


def test_a_mistake_in_the_text_is_shown_beside_its_line_and_the_text_too(library: PreviewLibrary) -> None:
    write(library, {"cpb/one.md": article_md("One", "A [link](nowhere.md) to nothing.\n")})
    assert "one" in slugs(library)
    (view,) = panel_of(library, "/articles/one/").here
    assert view.problem.code == "link-broken"
    assert [(line.number, line.text) for line in view.lines if line.is_wrong] == [
        (6, "A [link](nowhere.md) to nothing.")
    ]


def test_a_mistake_is_over_when_another_file_mends_it(library: PreviewLibrary) -> None:
    write(library, {"cpb/one.md": article_md("One", "A [link](two.md).\n")})
    assert codes(library, "/articles/one/") == ["link-broken"]
    write(library, {"cpb/two.md": article_md("Two")})
    assert codes(library, "/articles/one/") == []


@pytest.mark.parametrize(
    "broken",
    [
        "---\ntitle: [\n---\nText.\n",
        "",
        article_md("Appeals", domain="nothing"),
        "\0",
    ],
)
def test_of_a_file_that_cannot_be_read_the_last_good_text_stays(library: PreviewLibrary, broken: str) -> None:
    write(library, {"cpb/appeals.md": broken})
    assert slugs(library) == {"clean-claims", "appeals"}
    assert library.problems["cpb/appeals.md"] or library.problems["cpb/clean-claims.md"]
    write(library, {"cpb/appeals.md": article_md("Appeals")})
    assert library.problems == {}


def test_two_files_with_one_address_are_a_mistake_until_one_has_another(library: PreviewLibrary) -> None:
    write(library, {"cpb/appeals.md": article_md("Appeals", slug="clean-claims")})
    assert [one.code for found in library.problems.values() for one in found] == ["duplicate-slug"]
    write(library, {"cpb/appeals.md": article_md("Appeals")})
    assert slugs(library) == {"clean-claims", "appeals"}
    assert library.problems == {}


def test_a_new_file_that_cannot_be_read_has_its_mistakes_where_it_would_be(library: PreviewLibrary) -> None:
    write(library, {"cpb/new.md": "---\ntitle: One\ntitle: Two\n---\nText.\n"})
    assert "new" not in slugs(library)
    assert codes(library, "/articles/new/") == ["duplicate-key"] or codes(library, "/articles/new/")
    assert panel_of(library, "/").elsewhere[0].path == "cpb/new.md"


def test_a_broken_exam_leaves_all_pages_as_they_were(library: PreviewLibrary) -> None:
    version = library.version
    write(library, {"cpb/exam.toml": "name = "})
    assert slugs(library) == {"clean-claims", "appeals"}
    assert codes(library, "/exams/cpb/") == ["toml"]
    assert library.version != version, "pages are loaded again, to show it"
    write(library, {"cpb/exam.toml": exam_toml()})
    assert library.problems == {}


def test_a_deleted_file_is_gone_with_its_mistakes_and_a_new_exam_is_there(library: PreviewLibrary) -> None:
    write(
        library,
        {
            "cpb/one.md": article_md("One", "A [link](nowhere.md).\n"),
            "ccm/exam.toml": exam_toml("CCM"),
            "ccm/two.md": article_md("Two"),
        },
    )
    assert "two" in slugs(library)
    (library.services.settings.content / "cpb/one.md").unlink()
    library.build()
    assert "one" not in slugs(library)
    assert library.problems == {}


def test_only_what_changed_is_built_and_pages_are_not_loaded_again_for_nothing(
    library: PreviewLibrary,
) -> None:
    version = library.version
    report = library.build()
    assert report is not None
    assert written(report) == set()
    assert library.version == version
    write(library, {"cpb/appeals.md": article_md("Appeals", "Another text.\n")})
    assert library.version != version


def test_a_folder_that_was_broken_from_the_start_shows_the_rest(services: Services, content: Path) -> None:
    write_files(content, {"cpb/broken.md": "---\ntitle: [\n---\n"})
    library = PreviewLibrary(over(services, content))
    library.build()
    assert slugs(library) == {"clean-claims", "appeals"}


def test_publishing_itself_is_all_or_nothing_as_ever(library: PreviewLibrary) -> None:
    write_files(
        library.services.settings.content, {"cpb/one.md": article_md("One", "A [link](nowhere.md).\n")}
    )
    with pytest.raises(Exception, match="Nothing was published"):
        publish(library.services.settings, library.services.db)
