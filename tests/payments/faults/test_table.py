"""The table in docs/faults.md: every fault has its row, every row its test on running processes."""

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def ids(pattern: str, text: str) -> set[int]:
    return {int(number) for number in re.findall(pattern, text, re.MULTILINE)}


def test_every_fault_has_a_row_and_every_row_a_test_that_names_it() -> None:
    rows = ids(r"^\| PF-(\d\d) \|", (ROOT / "docs" / "faults.md").read_text())
    tests = ids(r"^def test_pf_(\d\d)_", "\n".join(path.read_text() for path in HERE.glob("test_*.py")))
    assert rows == tests == set(range(1, 38))
