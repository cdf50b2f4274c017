"""Every requirement of mail in our scope is named by the test that proves it."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
NAME = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
# Bounces and complaints are not taken in by themselves yet; the preflight is the operator's, elsewhere.
LATER = {"mail": {17, 20, 30}, "mf": {12, 13, 14, 15, 16, 17, 32}}
ALL = {"mail": range(1, 31), "mf": range(1, 35)}


def names() -> list[str]:
    files = [path for path in TESTS.rglob("test_*.py") if path != Path(__file__)]
    return [name for path in files for name in NAME.findall(path.read_text("utf-8"))]


def test_each_mail_and_fault_row_in_scope_has_a_test_that_names_it() -> None:
    named = " ".join(f"{name}_" for name in names())
    wanted = {f"{kind}_{n:02}" for kind, numbers in ALL.items() for n in numbers if n not in LATER[kind]}
    assert sorted(each for each in wanted if f"_{each}_" not in named) == []
