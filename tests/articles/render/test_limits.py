"""Hostile input is refused or finishes; nothing ends the process (CON-10)."""

import os
import subprocess
import sys

import pytest

from articles.render import RenderContext, limits, render
from tests.articles.render.hostile import CASES

ACCEPTED = limits.CHARACTERS if os.environ.get("CARREL_FULL_FAULTS") else limits.CHARACTERS // 12
FOREVER = 1200  # seconds for a set that takes a few: only a runaway needs more, however slow the machine


def run_all(size: int) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "tests.articles.render.hostile", str(size)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=FOREVER,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"{done.returncode} after {rows[-1:]}: {done.stderr[-2000:]}"
    return {row[0]: row[1:] for row in rows}


@pytest.mark.sweep
def test_con_10_a_megabyte_of_anything_hostile_is_refused() -> None:
    results = run_all(1_000_000)
    assert len(results) == len(CASES)
    for name, (length, html, codes) in results.items():
        assert int(length) < limits.CHARACTERS or (html, codes) == ("0", "too-large"), name


@pytest.mark.faults
def test_con_10_hostile_text_that_is_short_enough_is_refused_or_rendered() -> None:
    results = run_all(ACCEPTED)
    assert len(results) == len(CASES)
    assert sum(html != "0" for _, html, _ in results.values()) > 50


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * (limits.CHARACTERS + 1), "too-large"),
        ("\n" * (limits.LINES + 1), "too-large"),
        ("x\n" + ">" * (limits.NESTING + 1), "too-deep"),
        ("x\n" + "- " * (limits.NESTING + 1) + "a", "too-deep"),
        ("x\n" + "> 1. " * limits.NESTING, "too-deep"),
        ("x\n" + " " * (limits.INDENT + 1) + "- a", "too-deep"),
        ("x\n" + "|" * (limits.TABLE_BARS + 1), "table-too-wide"),
        ("x\n" + ":::\n" * (limits.CONTAINER_FENCES + 1), "too-many-containers"),
        ("a@b.co " * (limits.AT_SIGNS + 1), "too-many-addresses"),
        ("\\(" * (limits.FORMULA_SIGNS + 1), "too-large"),
        ("[^1]" * 40_000 + "\n\n[^1]: x", "too-large"),
        ("*a **a " * 20_000 + " a** a*" * 5_000, "too-deep"),
    ],
)
def test_con_10_every_limit_refuses_by_name_and_renders_nothing(text: str, code: str) -> None:
    rendered = render(text, RenderContext(first_line=5))
    assert [problem.code for problem in rendered.problems] == [code]
    assert rendered.problems[0].line in (5, 6)
    assert rendered.blocks == ()


@pytest.mark.parametrize(
    "text",
    [
        "> " * 5 + "- " * 5 + "a",
        "|" * limits.TABLE_BARS,
        "a" * limits.CHARACTERS,
        "    " * 20 + "code",
        "* " * limits.NESTING,
        "a@b.co " * limits.AT_SIGNS,
        "word " * 30_000,
    ],
)
def test_what_stays_within_the_limits_is_rendered(text: str) -> None:
    assert [problem.code for problem in render(text).problems] == []
    assert render(text).blocks
