"""The `carrel` command as a whole."""

import os
import subprocess
import sys
from pathlib import Path

import click
import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from tests.support.databases import restore_sqlite
from website import cli
from website.cli import COMMANDS, carrel


def test_every_command_is_where_the_table_says_and_does_what_the_table_says() -> None:
    context = click.Context(carrel)
    for name, (_, what) in COMMANDS.items():
        command = carrel.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(1_000) == what


def test_the_help_names_every_command_in_order_and_says_all_of_what_it_does() -> None:
    said = CliRunner().invoke(carrel, ["--help"], terminal_width=200).stdout
    lines = [line.split(maxsplit=1) for line in said.partition("Commands:\n")[2].splitlines()]
    assert lines == [[name, what] for name, (_, what) in sorted(COMMANDS.items())]


def test_an_unknown_command_is_refused() -> None:
    assert CliRunner().invoke(carrel, ["publsh"]).exit_code == 2


@pytest.mark.parametrize(
    ("start", "heavy"),
    [
        ("from website.cli import carrel; carrel(['--help'], standalone_mode=False)", "sqlalchemy pydantic"),
        (
            "import articles.publish_command, carrel.services, website.migrations",
            "PIL alembic flask multiprocessing newsletter payments stripe urllib.request",
        ),
        ("import website.commands", "PIL alembic flask newsletter payments stripe"),
    ],
)
def test_a_command_waits_for_nothing_that_it_does_not_need(start: str, heavy: str) -> None:
    program = f"import sys; {start}; print(sorted({{*sys.argv}} & {{*sys.modules}}))"
    asked = [sys.executable, "-c", program, *heavy.split()]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_waste_is_collected_again_as_soon_as_the_command_is_there(tmp_path: Path) -> None:
    tell = "atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 10_000))"
    program = f"import atexit, gc; from website.cli import main; {tell}; main()"
    environ = os.environ | {"CARREL_CONTENT": str(tmp_path / "nowhere")}
    asked = [sys.executable, "-c", program, "check"]
    done = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "True True\n")


@pytest.mark.sweep
@pytest.mark.parametrize("command", [["reconcile"], ["digest", "preview"], ["entitlements", "rebuild"]])
def test_a_command_without_its_keys_is_one_sentence(
    tmp_path: Path, sqlite_template: Path, command: list[str]
) -> None:
    environ = {"CARREL_HOME": str(tmp_path), "PYTHONPATH": "site:.", "PATH": os.environ["PATH"]}
    restore_sqlite(sqlite_template, tmp_path / sqlite_template.name)
    asked = [sys.executable, "-m", "website", *command]
    done = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("CARREL_SECRET_KEYS is missing")
    assert done.stderr.count("\n") == 1


@pytest.mark.sweep
def test_a_site_that_stripe_could_not_sell_for_does_not_start(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": "site:.", "CARREL_HOME": str(tmp_path)} | {
        "CARREL_BASE_URL": "https://example.org",
        "CARREL_SECRET_KEYS": "0123456789abcdef0123456789abcdef",
        "SMTP_URL": "smtp://mail.example.org",
        "MAIL_FROM": "desk@example.org",
        "CONTACT_EMAIL": "desk@example.org",
        "STRIPE_SECRET_KEY": "sk_test_x",
        "STRIPE_WEBHOOK_SECRET": "whsec_x",
        "PASS_PAYMENT_METHODS": "card, papyal",
    }
    asked = [sys.executable, "-m", "website", "worker"]
    done = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("PASS_PAYMENT_METHODS is wrong: Stripe has no payment method 'papyal'")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("problem", "mend"),
    [
        (Exception("database is locked"), "Try again in a minute"),
        (psycopg.OperationalError("canceling statement due to lock timeout"), "Try again in a minute"),
        (Exception("disk I/O error"), "Is the disk full"),
        (psycopg.OperationalError("refused\n\tIs it running?"), "Check that PostgreSQL is running"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: Exception, mend: str
) -> None:
    def fail(**_how: object) -> None:
        raise OperationalError("SELECT 1", {}, problem)

    monkeypatch.setattr(cli, "carrel", fail)
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    said = capsys.readouterr().err
    assert str(problem).split("\n")[0] in said
    assert mend in said
    assert said.count("\n") == 1


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("options", "environ", "sentence"),
    [
        (["--queue", "urgent"], {}, "--queue is for a cluster"),
        (["--cluster"], {}, "A cluster needs PostgreSQL, and this site is on SQLite"),
        (["--cluster"], {"REDIS_URL": "redis://127.0.0.1:1/0"}, "A cluster needs PostgreSQL"),
    ],
)
def test_a_worker_that_can_be_in_no_cluster_is_one_sentence(
    tmp_path: Path, sqlite_template: Path, options: list[str], environ: dict[str, str], sentence: str
) -> None:
    restore_sqlite(sqlite_template, tmp_path / sqlite_template.name)
    environ = environ | {"PATH": os.environ["PATH"], "PYTHONPATH": "site:.", "CARREL_HOME": str(tmp_path)} | {
        "CARREL_BASE_URL": "https://example.org",
        "CARREL_SECRET_KEYS": "0123456789abcdef0123456789abcdef",
        "SMTP_URL": "smtp://mail.example.org",
        "MAIL_FROM": "desk@example.org",
        "CONTACT_EMAIL": "desk@example.org",
    }  # fmt: skip
    asked = [sys.executable, "-m", "website", "worker", *options]
    done = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
