"""The forge runs what `.ci/run` runs, under every Python that is declared, with the least rights."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / ".github/workflows/ci.yml").read_text("utf-8")


@pytest.fixture
def job() -> dict[str, Any]:
    """The workflow's only job."""
    (job,) = yaml.safe_load(TEXT)["jobs"].values()
    return dict(job)


def test_it_runs_the_same_commands(job: dict[str, Any]) -> None:
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]


def test_it_runs_under_every_declared_python(job: dict[str, Any]) -> None:
    declared = SpecifierSet(
        tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    )
    assert job["strategy"]["matrix"]["python"] == list(declared.filter(f"3.{minor}" for minor in range(30)))
    assert job["container"]["image"].startswith("python:${{ matrix.python }}-")


def test_it_may_only_read_and_runs_pinned_actions_only(job: dict[str, Any]) -> None:
    assert yaml.safe_load(TEXT)["permissions"] == {"contents": "read"}
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)] == []
    assert "secrets." not in TEXT
