"""Every requirement of mail in our scope is named by the test that proves it."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
NAME = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
# Bounces and complaints are not taken in by themselves yet; the preflight is the operator's, elsewhere.
LATER = {"mail": {17, 20, 30}, "mf": {12, 13, 14, 15, 16, 17, 32}}
ALL = {"mail": range(1, 31), "mf": range(1, 35)}


# What fails outside our process, or ends it, is tried on `carrel worker` as a process of its own.
RUNNING = {*range(1, 12), 28, 31}
PROCESSES = ("test_kills.py", "test_outages.py", "test_running.py")


def names(*files: str) -> str:
    """The names of all tests, or of those in some files of the delivery's."""
    paths = (
        [Path(__file__).parent / "delivery" / file for file in files] if files else TESTS.rglob("test_*.py")
    )
    texts = [path.read_text("utf-8") for path in paths if path != Path(__file__)]
    return " ".join(f"{name}_" for text in texts for name in NAME.findall(text))


def test_each_mail_and_fault_row_in_scope_has_a_test_that_names_it() -> None:
    named = names()
    wanted = {f"{kind}_{n:02}" for kind, numbers in ALL.items() for n in numbers if n not in LATER[kind]}
    assert sorted(name for name in wanted if f"_{name}_" not in named) == []


def test_each_fault_that_ends_or_surrounds_a_process_is_tried_on_a_running_one() -> None:
    named = names(*PROCESSES)
    assert [number for number in sorted(RUNNING) if f"_mf_{number:02}_" not in named] == []
