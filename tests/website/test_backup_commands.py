"""The commands as an operator gives them: what they say, and their exit status."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carrel.db import Database
from carrel.mail import restore_hold
from carrel.settings import Settings
from tests.support.accounts import BOB, make_reader
from website import backup_commands
from website.backup import backup_store, home_lock, restore_test

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
pytestmark = ON_SQLITE


@pytest.fixture(autouse=True)
def home(settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A site with a reader that sells nothing, so that no Stripe is asked."""
    make_reader(db)
    monkeypatch.setattr(
        backup_commands, "load", lambda: settings.model_copy(update={"stripe_webhook_secret": ()})
    )
    return settings


def backup(*words: str) -> Result:
    return CliRunner().invoke(backup_commands.backup_command, list(words))


def restore(file: Path) -> Result:
    return CliRunner().invoke(backup_commands.restore_command, [str(file)])


def resume(*words: str) -> Result:
    return CliRunner().invoke(backup_commands.mail, ["resume", *words])


def test_a_backup_says_where_it_is_and_is_on_the_list() -> None:
    path = Path(backup().output.strip())
    assert path.exists()
    assert str(path) in backup("--list").output


@pytest.mark.sweep
def test_data_11_a_test_that_fails_is_told_by_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    assert backup("--test").exit_code == 0
    monkeypatch.setattr(restore_test, "PAGES", ("/no-such-page/",))
    done = backup("--test")
    assert done.exit_code == 1
    assert "/no-such-page/" in done.output


@pytest.mark.sweep
def test_data_12_restore_then_resume(db: Database) -> None:
    path = Path(backup().output.strip())
    make_reader(db, BOB)
    done = restore(path)
    assert done.exit_code == 0
    assert "before-restore" in done.output
    assert "carrel mail resume --skip" in done.output
    assert resume().exit_code == 2
    with db.read() as session:
        assert restore_hold.is_held(session)
    assert "Email resumes" in resume("--skip").output
    assert resume("--skip").output == "No email is on hold.\n"


def test_data_12_a_site_that_runs_is_one_sentence_and_status_2(home: Settings) -> None:
    path = Path(backup().output.strip())
    with home_lock.site_lock(home.home):
        done = restore(path)
    assert done.exit_code == 2
    assert done.output.startswith("The site in CARREL_HOME is running")
    assert len(backup_store.all_backups(home.home)) == 1
