"""The file of a server's settings is read as it stands: nothing in a password is expanded or escaped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from carrel.settings import SettingsError, read_env_file
from tests.deploy.units import ROOT, UNITS

PASSWORD = r"""a$HOME&b"c'd\e#f g`h;i=%s"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "carrel.env"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (f"NAME={PASSWORD}", PASSWORD),
        (f"  NAME = {PASSWORD}  ", PASSWORD),
        (f'NAME="{PASSWORD}"', PASSWORD),
        ("NAME='  kept  '", "  kept  "),
        ('NAME="Study desk" <desk@example.org>', '"Study desk" <desk@example.org>'),
        ("NAME=Study desk <desk@example.org>", "Study desk <desk@example.org>"),
        ("NAME=", ""),
        ("NAME='", "'"),
    ],
)
def test_a_value_is_what_stands_there(tmp_path: Path, line: str, value: str) -> None:
    assert read_env_file(written(tmp_path, f"# NAME=comment\n\n{line}\n")) == {"NAME": value}


@pytest.mark.parametrize("line", ["export NAME=x", "NAME", "=x", "NA-ME=x"])
def test_a_line_that_is_no_setting_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError, match=r"^Line 2 of .*carrel\.env is not NAME=value"):
        read_env_file(written(tmp_path, f"A=1\n{line}\n"))


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read_env_file(tmp_path / "none.env")


@pytest.mark.sweep
def test_the_command_takes_it_over_what_the_shell_says(tmp_path: Path) -> None:
    path = written(tmp_path, f"SITE_NAME={PASSWORD}\nPASS_PRICE_CENTS=no number {PASSWORD}\n")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}", "PASS_PRICE_CENTS": "499"}
    done = subprocess.run(
        [sys.executable, "-m", "website", "--env-file", path, "migrate"],
        env=environ, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "PASS_PRICE_CENTS is wrong" in done.stderr


def test_what_is_shipped_can_be_read_and_nothing_else_reads_it() -> None:
    assert read_env_file(UNITS / "carrel.env")["CARREL_HOME"] == "/var/lib/carrel"
    for unit in UNITS.glob("carrel-*.service"):
        assert "EnvironmentFile" not in unit.read_text("utf-8")
        assert "--env-file /etc/carrel/carrel.env" in unit.read_text("utf-8")
    assert ". /etc/carrel" not in (UNITS / "carrel").read_text("utf-8")
