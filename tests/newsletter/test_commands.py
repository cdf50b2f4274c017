"""`carrel subscribers`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from carrel.db import Database
from carrel.settings import Settings
from newsletter.commands import subscribers
from newsletter.subscribers.models import Subscriber
from tests.support.articles import put_exam

HEAD = "email,source,consented_at,pace,exams\n"
ANNA = "anna@example.org,kit,2026-03-31,daily,cpb\n"
Run = Callable[..., Result]


@pytest.fixture
def run(db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command, on this database, in a folder of its own."""
    monkeypatch.delenv("CARREL_TEST_POSTGRES", raising=False)  # the tests' own, and no setting
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    with db.write() as session:
        put_exam(session, "cpb")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(subscribers, arguments, obj=_ready)

    return run


def _ready(settings: Settings) -> Database:
    return Database(settings.database_url)


def count(db: Database) -> int:
    with db.read() as session:
        return session.scalars(select(func.count()).select_from(Subscriber)).one()


def test_an_import_and_an_export_say_what_they_did(run: Run, db: Database) -> None:
    Path("in.csv").write_text(HEAD + ANNA)
    assert run("import", "in.csv").output == "1 subscriber was added; 0 lines were skipped.\n"
    again = run("import", "in.csv")
    assert again.output.splitlines()[0] == "line 2: Already here (confirmed): unchanged."
    assert (again.exit_code, count(db)) == (0, 1)
    assert run("export", "out.csv").output == "1 subscriber is in out.csv.\n"
    assert "anna@example.org,kit,2026-03-31T00:00:00+00:00,daily,cpb," in Path("out.csv").read_text()


def test_a_dry_run_changes_nothing(run: Run, db: Database) -> None:
    Path("in.csv").write_text(HEAD + ANNA)
    said = run("import", "in.csv", "--dry-run")
    assert said.output == "1 subscriber would be added; 0 lines were skipped.\n"
    assert count(db) == 0


def test_wrong_lines_are_named_and_the_exit_status_says_so(run: Run, db: Database) -> None:
    Path("in.csv").write_text(HEAD + ANNA + "nobody,kit,2026-03-31,daily,cpb\n")
    said = run("import", "in.csv")
    assert said.exit_code == 1
    assert "line 3: 'nobody' is not an address" in said.output
    assert "Nothing was imported" in said.output
    assert count(db) == 0


def test_the_other_lines_are_imported_when_asked_for(run: Run, db: Database) -> None:
    Path("in.csv").write_text(HEAD + ANNA + "nobody,kit,2026-03-31,daily,cpb\n")
    said = run("import", "in.csv", "--skip-invalid")
    assert (said.exit_code, count(db)) == (1, 1)
    assert said.output.splitlines()[-1] == "1 subscriber was added; 0 lines were skipped."


def test_what_a_file_does_not_say_can_be_said_for_all_of_it(run: Run, db: Database) -> None:
    Path("list.csv").write_text("anna@example.org\nben@example.org\n")
    assert "does not say when they agreed" in run("import", "list.csv", "--dry-run").output
    assert run("import", "list.csv", "--consented-at", "2026-03-31", "--source", "fair").exit_code == 0
    with db.read() as session:
        people = session.execute(select(Subscriber.email, Subscriber.source)).all()
    assert [tuple(person) for person in people] == [("anna@example.org", "fair"), ("ben@example.org", "fair")]


def test_a_report_says_what_became_of_each_line_and_only_its_owner_reads_it(run: Run) -> None:
    Path("in.csv").write_text(HEAD + ANNA + "nobody,kit,2026-03-31,daily,cpb\n")
    run("import", "in.csv", "--dry-run", "--report", "report.csv")
    assert Path("report.csv").read_text("utf-8-sig").splitlines() == [
        "line,address,result,why",
        "2,anna@example.org,Subscribed,Subscribed.",
        "3,nobody,Invalid,\"'nobody' is not an address: Enter a full email address, such as name@example.org.\"",
    ]
    assert Path("report.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("arguments", [("import", "missing.csv"), ("export", "missing/out.csv")])
def test_what_cannot_be_done_is_one_sentence_and_exit_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    said = run(*arguments)
    assert said.exit_code == 2
    assert len(said.output.splitlines()) == 1
    assert "No such file" in said.output
