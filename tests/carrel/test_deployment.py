"""A demo and a public site share neither a home nor a database."""

import errno
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from carrel import deployment
from carrel.db import Database
from carrel.deployment import DeploymentKind, WrongDeploymentError
from carrel.settings import Settings
from website import commands, server, worker
from website.cli import carrel


def other_home(settings: Settings, tmp_path: Path) -> Settings:
    home = tmp_path / "another"
    home.mkdir()
    return settings.model_copy(update={"home": home})


@pytest.mark.parametrize("first", DeploymentKind)
def test_what_one_has_marked_the_other_refuses_by_home_and_by_database(
    settings: Settings, db: Database, tmp_path: Path, first: DeploymentKind
) -> None:
    second, says = {
        DeploymentKind.DEMO: (DeploymentKind.PRODUCTION, "carrel init NEW-FOLDER --from-demo"),
        DeploymentKind.PRODUCTION: (DeploymentKind.DEMO, "belongs to a public site"),
    }[first]
    deployment.assign(settings, db, first)
    deployment.assign(settings, db, first)  # it may start again
    with pytest.raises(WrongDeploymentError, match=f"The home .*{says}"):
        deployment.assign(settings, db, second)
    with pytest.raises(WrongDeploymentError, match=f"The database .*{says}"):
        deployment.assign(other_home(settings, tmp_path), db, second)
    (settings.home / deployment.MARKER_NAME).unlink()
    with pytest.raises(WrongDeploymentError, match=r"The database "):
        deployment.assign(settings, db, second)


def test_a_home_without_a_mark_takes_that_of_whoever_starts_first(settings: Settings, db: Database) -> None:
    assert deployment.database_marker(db) is None
    deployment.assign(settings, db, DeploymentKind.PRODUCTION)
    assert deployment.database_marker(db) is DeploymentKind.PRODUCTION
    assert (settings.home / deployment.MARKER_NAME).read_text() == "production\n"


def test_a_public_site_starts_where_the_mark_cannot_be_written(
    settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    commands.assign_home(settings, db)
    monkeypatch.undo()
    commands.assign_home(settings, db)
    assert deployment.database_marker(db) is DeploymentKind.PRODUCTION


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_production_refuses_a_demos_home_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    set_environment(monkeypatch, tmp_path)
    ran: list[str] = []
    monkeypatch.setattr(server, "serve", lambda *_: ran.append("serve"))
    monkeypatch.setattr(worker, "run", lambda *_: ran.append("worker"))
    assert CliRunner().invoke(carrel, ["migrate"]).exit_code == 0
    started = CliRunner().invoke(carrel, [command])
    assert (started.exit_code, ran) == (0, [command]), started.output
    (tmp_path / deployment.MARKER_NAME).write_text("demo\n")
    refused = CliRunner().invoke(carrel, [command])
    assert isinstance(refused.exception, WrongDeploymentError)
    assert ran == [command]
    assert str(refused.exception).count("\n") == 0


def set_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Settings of a public site on this machine."""
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CARREL_HOME", str(home))
    monkeypatch.setenv("CARREL_BASE_URL", "http://127.0.0.1:8000")
    monkeypatch.setenv("CARREL_SECRET_KEYS", "a-key-for-tests-only-of-32-bytes-or-more")
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("MAIL_FROM", "desk@carrel.test")
    monkeypatch.setenv("CONTACT_EMAIL", "help@carrel.test")


def test_a_command_in_a_folder_that_is_no_site_makes_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, tmp_path / "var")
    for words in (["publish"], ["serve"], ["worker"], ["doctor", "--offline"], ["operator", "list"]):
        done = CliRunner().invoke(carrel, words)
        assert "There is no database in" in str(done.exception), words
        assert list(tmp_path.iterdir()) == []


def test_without_the_demo_in_the_package_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(commands, "import_module", missing)
    done = CliRunner().invoke(carrel, ["demo"])
    assert "part of Carrel's source checkout" in str(done.exception)
