"""`carrel doctor` as a person and as a script ask it."""

import json

import pytest
from click.testing import CliRunner

from carrel.settings import Settings
from website.doctor import commands
from website.doctor.commands import doctor_command
from website.doctor.findings import Level, bad, look, well

FINDINGS = {
    Level.WELL: [well("disk", "there is room")],
    Level.LOOK: [well("disk", "there is room"), look("mail", "it is held", "Resume it.")],
    Level.BAD: [look("mail", "it is held", "Resume it."), bad("disk", "it is full", "Make room.")],
}


@pytest.fixture(autouse=True)
def _ours(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "load", lambda: settings)


@pytest.mark.parametrize(("level", "status"), [(Level.WELL, 0), (Level.LOOK, 1), (Level.BAD, 2)])
def test_the_exit_status_tells_the_worst(monkeypatch: pytest.MonkeyPatch, level: Level, status: int) -> None:
    monkeypatch.setattr(commands, "run_all", lambda _: FINDINGS[level])
    done = CliRunner().invoke(doctor_command, ["--offline"])
    assert done.exit_code == status
    for finding in FINDINGS[level]:
        assert finding.says in done.output
        assert finding.mend in done.output


def test_json_is_a_list_of_findings() -> None:
    done = CliRunner().invoke(doctor_command, ["--offline", "--format", "json"])
    findings = json.loads(done.output)
    assert {"check", "level", "says", "mend"} == set(findings[0])
    assert done.exit_code == 2  # no worker was ever seen here
