"""`make audit` never says that all is well when nobody could be asked."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

AUDIT = Path(__file__).parents[2] / "deploy" / "audit.py"
WELL = {"name": "flask", "version": "3.1.3", "vulns": []}
SKIPPED = {"name": "jinja2", "skip_reason": "Dependency not found"}
VULNERABLE = {"name": "pip", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]}


@pytest.fixture
def audit() -> ModuleType:
    """The script."""
    spec = importlib.util.spec_from_file_location("audit", AUDIT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "case",
    [
        ([WELL], 0, "No vulnerability is known in 1 packages."),
        ([WELL, VULNERABLE], 1, "pip 1.0: PYSEC-1, fixed in 1.1, 2.0"),
        ([WELL, SKIPPED], 3, "returned nothing about 1 of 2 packages"),
        ([VULNERABLE, SKIPPED], 1, "returned nothing about 1 of 2 packages"),
    ],
)
def test_the_status_tells_what_is_known(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[list[dict[str, Any]], int, str],
) -> None:
    packages, status, says = case
    done = audit.subprocess.CompletedProcess([], int(status == 1), json.dumps({"dependencies": packages}), "")
    monkeypatch.setattr(audit.subprocess, "run", lambda *_args, **_kwargs: done)
    assert audit.main() == status
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("stderr", "why"), [("Trace\nConnectionError: no route\n", "no route"), ("", "no reason")]
)
def test_a_source_that_cannot_be_reached_is_one_sentence(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stderr: str,
    why: str,
) -> None:
    done = audit.subprocess.CompletedProcess([], 1, "", stderr)
    monkeypatch.setattr(audit.subprocess, "run", lambda *_args, **_kwargs: done)
    assert audit.main() == 3
    said = capsys.readouterr().out
    assert said.startswith("Not audited: ")
    assert why in said
    assert said.count("\n") == 1
