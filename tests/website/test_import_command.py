"""`carrel import`, as it is typed: from another program's export to what readers see and no digest mails."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carrel.db import Database
from tests.support.articles import article_md, exam_toml, write_files
from website.cli import carrel
from website.migrations import migrate

Run = Callable[..., Result]
POSTS = [
    {"id": "1", "slug": "one", "title": "One", "html": "<p>Text.</p>", "status": "published", "published_at": "2026-11-01T08:00:00Z"},
    {"id": "2", "slug": "two", "title": "TODO", "html": "<p>Text.</p>", "status": "draft"},
]  # fmt: skip
MEMBERS = (
    "id,email,name,subscribed_to_emails,created_at,deleted_at\n"
    "1,ada@example.org,Ada,true,2024-01-02T03:04:05.000Z,\n2,bob@example.org,Bob,false,2024-01-02T03:04:05.000Z,\n"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in a new site, with an export beside it."""
    write_files(
        tmp_path,
        {
            "content/cpb/exam.toml": exam_toml(),
            "content/cpb/first.md": article_md("First"),
            "export.json": json.dumps({"data": {"posts": POSTS}}),
            "members.csv": MEMBERS,
        },
    )
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARREL_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("CARREL_CONTENT", str(tmp_path / "content"))
    (tmp_path / "var").mkdir()
    db = Database(f"sqlite:///{tmp_path}/var/carrel.db")
    migrate(db)
    db.close()
    return lambda *words: CliRunner().invoke(carrel, words)


def test_an_import_says_what_it_did_and_whether_it_passes(run: Run) -> None:
    result = run("import", "export.json", "cpb")
    assert result.exit_code == 0, result.output
    assert (
        "Ghost: 2 articles, 2 new, 0 changed, 0 unchanged, 0 kept because they were edited; 1 draft among them."
        in result.stdout
    )
    assert "2 of 2 articles pass `carrel check`" in result.stdout
    again = run("import", "export.json", "cpb")
    assert "2 articles, 0 new, 0 changed, 2 unchanged" in again.stdout


def test_a_dry_run_says_what_would_be_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    result = run("import", "export.json", "new-exam", "--dry-run", "--members", "members.csv")
    assert "2 would be new" in result.stdout
    assert "1 member can subscribe when the exam is published: publish, then import again." in result.stdout
    assert not (tmp_path / "content/new-exam").exists()


def test_no_digest_brings_what_was_imported(run: Run, tmp_path: Path) -> None:
    run("import", "export.json", "cpb")
    result = run("publish")
    assert (
        "1 articles that become visible now say `newsletter: false`, so no email includes them."
        in result.stderr
    )
    db = Database(f"sqlite:///{tmp_path}/var/carrel.db")
    with db.read() as session:
        rows = (
            session.connection()
            .exec_driver_sql("SELECT slug, newsletter, first_visible_at FROM article ORDER BY slug")
            .all()
        )
    db.close()
    assert [(slug, bool(newsletter)) for slug, newsletter, _ in rows] == [
        ("first", True),
        ("one", False),
        ("two", True),
    ]
    assert str(rows[1][2]).startswith("2026-11-01")


def test_members_become_subscribers_once(run: Run) -> None:
    run("publish")
    dry = run("import", "export.json", "cpb", "--members", "members.csv", "--dry-run")
    assert "1 subscriber to add; 0 members already here, or unsubscribed." in dry.stdout
    first = run("import", "export.json", "cpb", "--members", "members.csv")
    assert "1 subscriber added; 0 members already here, or unsubscribed." in first.stdout
    second = run("import", "export.json", "cpb", "--members", "members.csv")
    assert "0 subscribers added; 1 member already here, or unsubscribed." in second.stdout


def test_an_article_that_does_not_pass_is_named_and_the_status_is_1(run: Run, tmp_path: Path) -> None:
    broken = POSTS[0] | {"html": '<p>See <a href="https://https://x">it</a></p>', "title": "Lorem ipsum"}
    write_files(tmp_path, {"export.json": json.dumps({"data": {"posts": [broken]}})})
    result = run("import", "export.json", "cpb")
    assert result.exit_code == 1
    assert "cpb/one.md:2: placeholder" in result.stdout
    assert "0 of 1 articles pass" in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nothing.zip", "cpb"), "There is no nothing.zip."),
        (("members.csv", "cpb"), "members.csv is not an export that can be read"),
        (("export.json", "Not A Slug"), "Name the exam by its folder"),
        (
            ("export.json", "cpb", "--members", "gone.csv"),
            "gone.csv cannot be used: No such file or directory.",
        ),
    ],
)
def test_what_cannot_be_imported_is_one_sentence_and_2(
    run: Run, words: tuple[str, ...], sentence: str
) -> None:
    result = run("import", *words)
    assert result.exit_code == 2
    assert result.output.startswith(sentence)
