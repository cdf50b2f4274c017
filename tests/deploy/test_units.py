"""The systemd units are sound, and say what the going-live document says."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from carrel.settings import Settings, environment_name
from tests.deploy import units

SERVICES = ("carrel-web.service", "carrel-worker.service")
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0027",
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_nobody_special_and_may_write_in_its_home_only(name: str) -> None:
    service = units.read(name)["Service"]
    assert service["User"] == "carrel"
    assert HARDENED.items() <= dict(service).items()
    assert service["StateDirectory"] == "carrel"
    assert "ReadWritePaths" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_data_24_it_gets_its_thirty_seconds_and_a_wrong_setting_is_not_tried_for_ever(name: str) -> None:
    service = units.read(name)["Service"]
    assert int(service["TimeoutStopSec"]) > 30
    assert service["RestartPreventExitStatus"] == "2"


def test_the_worker_of_a_cluster_tries_again_while_redis_is_away() -> None:
    """`RestartPreventExitStatus=` empties the list that the unit has."""
    lines = (units.UNITS / "cluster.conf").read_text("utf-8").splitlines()
    settings = [line for line in lines if line and not line.startswith("#")]
    alone = units.read("carrel-worker.service")["Service"]["ExecStart"]
    assert settings[:3] == ["[Service]", "ExecStart=", f"ExecStart={alone} --cluster"]
    assert "RestartPreventExitStatus=" in settings


def test_the_environment_file_names_only_settings_that_there_are() -> None:
    known = {environment_name(field) for field in Settings.model_fields}
    lines = (units.UNITS / "carrel.env").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    for path in units.UNITS.glob("carrel-*"):
        text = path.read_text("utf-8").replace(units.CARREL, sys.executable)
        (tmp_path / path.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.glob("carrel-*")))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "carrel" in line]
    assert ours == []
    assert done.returncode == 0, done.stderr


def test_the_command_for_operators_is_a_sound_script() -> None:
    script = units.UNITS / "carrel"
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert units.CARREL in script.read_text("utf-8")
