"""The house stays small: short files, short functions, no room that the README does not name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ["site/carrel", "site/website", "articles", "payments", "newsletter"]
LONGEST_FILE, LONGEST_FUNCTION = 250, 50


def modules() -> Iterator[Path]:
    """Our own code; Alembic writes the versions, and a schema is as long as it is."""
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if path.parent.name != "versions")


def test_no_file_is_longer_than_two_hundred_and_fifty_lines() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert len(lengths) > 100
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_fifty_lines() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(lengths) > 1000
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_the_readme_says_what_each_folder_holds(room: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    folders = {path.parent for path in (ROOT / room).rglob("__init__.py")} - {ROOT / room}
    nearest = {folder.name for folder in folders if folder.parent == ROOT / room}
    assert {name for name in nearest if f"{name}/`" not in readme} == set()
