"""The `carrel` command as a whole."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from website import cli
from website.cli import ELSEWHERE, carrel


def test_every_command_is_where_the_table_says_and_says_what_it_does() -> None:
    context = click.Context(carrel)
    for name in carrel.list_commands(context):
        command = carrel.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help
    assert set(ELSEWHERE) < set(carrel.list_commands(context))


def test_an_unknown_command_is_refused() -> None:
    assert CliRunner().invoke(carrel, ["publsh"]).exit_code == 2


def test_a_command_waits_for_no_other_package() -> None:
    program = "import sys, website.cli; print(sorted(m for m in sys.modules if m.split('.')[0] in {'stripe', 'newsletter'}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("command", [["reconcile"], ["digest", "preview"], ["entitlements", "rebuild"]])
def test_a_command_without_its_keys_is_one_sentence(tmp_path: Path, command: list[str]) -> None:
    environ = {"CARREL_HOME": str(tmp_path), "PYTHONPATH": "site:.", "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-m", "website", "migrate"], env=environ, check=True)
    asked = [sys.executable, "-m", "website", *command]
    done = subprocess.run(asked, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("CARREL_SECRET_KEYS is missing")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("problem", "mend"),
    [("database is locked", "try again in a minute"), ("disk I/O error", "Is the disk full")],
)
def test_a_database_that_cannot_be_used_is_one_sentence_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: str, mend: str
) -> None:
    def fail(**_how: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception(problem))

    monkeypatch.setattr(cli, "carrel", fail)
    with pytest.raises(SystemExit, match="2"):
        cli.main()
    said = capsys.readouterr().err
    assert problem in said
    assert mend in said
    assert said.count("\n") == 1
