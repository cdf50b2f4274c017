"""`carrel doctor` as a person and as a script ask it."""

import json

import pytest
from click.testing import CliRunner

from carrel.findings import Level, error, ok, warning
from carrel.settings import Settings
from website.doctor import commands
from website.doctor.commands import doctor_command

FINDINGS = {
    Level.OK: [ok("disk", "there is room")],
    Level.WARNING: [ok("disk", "there is room"), warning("mail", "it is held", "Resume it.")],
    Level.ERROR: [warning("mail", "it is held", "Resume it."), error("disk", "it is full", "Make room.")],
}


@pytest.fixture(autouse=True)
def _ours(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "load", lambda: settings)


@pytest.mark.parametrize(("level", "status"), [(Level.OK, 0), (Level.WARNING, 1), (Level.ERROR, 2)])
def test_the_exit_status_tells_the_worst(monkeypatch: pytest.MonkeyPatch, level: Level, status: int) -> None:
    monkeypatch.setattr(commands, "run_all", lambda _: FINDINGS[level])
    done = CliRunner().invoke(doctor_command, ["--offline"])
    assert done.exit_code == status
    assert level.label in done.output
    for finding in FINDINGS[level]:
        assert f"{finding.check}: {finding.message}" in done.output
        assert finding.fix in done.output


def test_json_keeps_the_words_that_scripts_know() -> None:
    done = CliRunner().invoke(doctor_command, ["--offline", "--format", "json"])
    findings = json.loads(done.output)
    assert {"check", "level", "says", "mend"} == set(findings[0])
    assert {finding["level"] for finding in findings} == {"well", "look", "bad"}
    assert done.exit_code == 2  # no worker was ever seen here
