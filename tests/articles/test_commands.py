"""The author's commands, as they are typed."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from articles.check import check
from carrel.db import Database
from carrel.settings import load
from tests.support.articles import article_md, write_files
from website.cli import carrel
from website.migrations import migrate

Run = Callable[..., Result]


@pytest.fixture
def run(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in a folder of its own, over the small content folder."""
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARREL_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("CARREL_CONTENT", str(content))
    return lambda *words: CliRunner().invoke(carrel, words)


@pytest.fixture
def migrated(tmp_path: Path) -> None:
    """A database where the commands look for it."""
    (tmp_path / "var").mkdir()
    db = Database(f"sqlite:///{tmp_path}/var/carrel.db")
    migrate(db)
    db.close()


def test_check_of_a_clean_folder_is_0(run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "3 files checked: no mistakes, no warnings.\n")


def test_check_of_mistakes_is_1_and_names_line_code_and_mend(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md(topics="[medicar]", summary='"Short."')})
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "cpb/one.md:3: summary-length warning: The summary has 6 characters. — Make it 50 to 220 characters long.",
        "cpb/one.md:4: unknown-topic cpb/exam.toml has no topic “medicar”. — Did you mean medicare?",
        "",
        "4 files checked: 1 mistake, 1 warning.",
    ]


def test_warnings_alone_are_0(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md(summary='"Short."')})
    assert run("check").exit_code == 0


def test_check_as_json_can_be_read_by_programs(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md(title="TODO")})
    result = run("check", "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "files": 4,
        "errors": 1,
        "warnings": 0,
        "problems": [
            {
                "path": "cpb/one.md",
                "line": 2,
                "level": "error",
                "code": "placeholder",
                "message": "The title still has “TODO” in it.",
                "mend": "Replace it, unless it is the topic of the article.",
            }
        ],
    }


@pytest.mark.parametrize("words", [["check", "nowhere.md"], ["check", "--format", "xml"], ["check", "/etc"]])
def test_check_of_what_is_not_there_is_2(run: Run, words: list[str]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_check_takes_paths_as_seen_from_here_or_from_the_content_folder(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md("TODO")})
    assert run("check", "content/cpb/one.md").exit_code == 1
    assert run("check", "cpb/one.md").exit_code == 1
    assert run("check", "cpb/clean-claims.md").exit_code == 0


def test_commands_without_a_content_folder_are_2(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CARREL_CONTENT", str(tmp_path / "nowhere"))
    result = run("check")
    assert result.exit_code == 2
    assert "carrel init" in result.stderr


@pytest.mark.usefixtures("migrated")
def test_publish_says_what_it_did(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md("One", summary='"Short."')})
    result = run("publish")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "cpb/one.md:3: summary-length warning: The summary has 6 characters. — Make it 50 to 220 characters long.",
        "",
        "     added  clean-claims, medicare-basics, one",
        "     pages  about",
        "     exams  cpb",
        "Published: 3 articles, 3 of them rebuilt, 0 removed.",
    ]
    (content / "cpb/one.md").rename(content / "cpb/two.md")
    (content / "cpb/clean-claims.md").unlink()
    write_files(content, {"cpb/medicare-basics.md": article_md("Medicare now")})
    assert run("publish", "--dry-run").stdout.splitlines()[-1] == (
        "Would publish: 2 articles, 2 of them rebuilt, 1 removed."
    )
    assert [line for line in run("publish").stdout.splitlines() if line.startswith(" ")] == [
        "   changed  medicare-basics",
        "     moved  one → two",
        "   removed  clean-claims",
    ]


@pytest.mark.usefixtures("migrated")
def test_publish_of_mistakes_is_1_and_publishes_nothing(run: Run, content: Path) -> None:
    write_files(content, {"cpb/one.md": article_md("TODO")})
    result = run("publish")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith("cpb/one.md:2: placeholder")
    assert result.stdout.splitlines()[-1] == "Nothing was published."


def test_publish_into_a_database_without_a_schema_is_refused(run: Run) -> None:
    result = run("publish")
    assert result.exit_code != 0
    assert "carrel migrate" in str(result.exception)


@pytest.mark.usefixtures("migrated")
def test_a_new_article_is_a_draft_that_can_be_checked_and_published(run: Run, content: Path) -> None:
    result = run("new", "cpb/timely-filing")
    assert result.exit_code == 0
    assert "draft: true" in result.stdout
    assert "Timely filing" in (content / "cpb/timely-filing.md").read_text()
    assert run("check").exit_code == 0
    published = run("publish")
    assert published.exit_code == 0
    assert "timely-filing (a draft: no reader sees it)" in published.stdout
    path = content / "cpb/timely-filing.md"
    path.write_text(path.read_text().replace("draft: true\n", ""))
    assert run("check").exit_code == 1, "what is still to be written is a mistake once it is no draft"


@pytest.mark.parametrize(
    "name", ["timely-filing", "cpb/Timely Filing", "cpd/one", "../cpb/x", "cpb/clean-claims", "cpb/../../x"]
)
def test_a_new_article_is_never_written_where_it_does_not_belong(run: Run, content: Path, name: str) -> None:
    before = sorted(content.rglob("*"))
    result = run("new", name)
    assert result.exit_code == 2
    assert result.stderr
    assert sorted(content.rglob("*")) == before


def test_a_misspelt_exam_is_suggested(run: Run) -> None:
    assert "Did you mean cpb?" in run("new", "cpp/one").stderr


def test_init_begins_a_site_that_is_clean(run: Run, tmp_path: Path) -> None:
    assert run("init", "site").exit_code == 0
    settings = load({}, config=tmp_path / "site/carrel.toml")
    assert settings.content == Path("content")
    report = check(tmp_path / "site/content")
    assert (report.errors, report.files) == (0, 5)


def test_every_setting_that_init_shows_exists_and_shows_what_holds_without_it(
    run: Run, tmp_path: Path
) -> None:
    run("init", "site")
    path = tmp_path / "site/carrel.toml"
    text = path.read_text()
    shown = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ") and " = " in line]
    assert len(shown) > 10
    path.write_text("\n".join(shown))
    settings, plain = load({}, config=path), load({}, config=tmp_path / "none.toml")
    for name in (
        "pass_price_cents",
        "pass_currency",
        "pass_noun",
        "offer_line",
        "site_footer",
        "refund_days",
        "time_zone",
        "home",
    ):
        assert getattr(settings, name) == getattr(plain, name)


def test_init_never_writes_into_a_folder_that_has_something(run: Run, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    result = run("init", "full")
    assert result.exit_code == 2
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
