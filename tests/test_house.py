"""The code base stays small: short files, short functions, no folder that the README does not name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ["site/carrel", "site/website", "articles", "payments", "newsletter"]
LONGEST_FILE, LONGEST_FUNCTION = 250, 50
# Public in spite of their underscore: their libraries document them for everybody's use.
DOCUMENTED = {"etree._Element", "os._exit", "._make", "._replace", "._mapping", "import _typeshed"}


def modules() -> Iterator[Path]:
    """Our own code; Alembic writes the versions, and a schema is as long as it is."""
    for source in SOURCES:
        yield from (path for path in (ROOT / source).rglob("*.py") if path.parent.name != "versions")


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


def private_names(path: Path) -> Iterator[str]:
    """What a file takes of others' private parts: by import, or behind a dot."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            imported = {f"import {name}" for name in names if is_private(name)}
            yield from imported - DOCUMENTED
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = ast.unparse(node.value)
            if owner not in {"self", "cls"} and not {f"{owner}.{node.attr}", f".{node.attr}"} & DOCUMENTED:
                yield f"{owner}.{node.attr}"


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_nobody_reaches_into_the_private_parts_of_a_library_or_of_another_module() -> None:
    files = [*modules(), *(ROOT / "tests").rglob("*.py")]
    assert len(files) > 600
    reached = {str(path.relative_to(ROOT)): names for path in files if (names := [*private_names(path)])}
    assert reached == {}


@pytest.mark.parametrize(
    "line",
    [
        "from sqlalchemy.engine._py_row import BaseRow",
        "from carrel.db import _sqlite",
        "super()._split_scope(1)",
        "engine._compiled_cache = {}",
        "rules._part_re",
    ],
)
def test_a_private_part_is_seen(line: str, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(line)
    assert len([*private_names(tmp_path / "x.py")]) == 1


@pytest.mark.parametrize("source", SOURCES)
def test_the_readme_says_what_each_folder_holds(source: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    folders = {path.parent for path in (ROOT / source).rglob("__init__.py")} - {ROOT / source}
    nearest = {folder.name for folder in folders if folder.parent == ROOT / source}
    assert {name for name in nearest if f"{name}/`" not in readme} == set()
