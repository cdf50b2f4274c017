"""Break each guard on purpose, in a copy of the tree, and see that its tests go red: `make mutants`.

`python -m tests.mutation [WORD…]` takes only the guards whose names hold a word. Exit status 1 if a guard was
broken and nothing noticed.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutation.guards import ROOT, Guard, guards

NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "dist", ".*_cache", "__pycache__")
SECONDS = 600
CAUGHT, SURVIVED, UNCLEAR = "caught", "SURVIVED", "UNCLEAR"
RED = re.compile(r"^FAILED \S+?::([^\s[]+)", re.MULTILINE)


def main(words: Sequence[str]) -> int:
    """Break, look, mend, one after the other; what became of each."""
    chosen = [each for each in guards() if not words or any(word in each.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder, "tree")
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        if not chosen:
            print("Nothing to break.")
            return 2
        for postgres in (False, True):
            tests = sorted({test for guard in chosen if guard.postgres is postgres for test in guard.tests})
            if tests and (whole := _run(tree, tests, postgres)).returncode:
                print(f"Red before anything was broken:\n{whole.stdout}")
                return 2
        print(f"{len(chosen)} guards; their tests are green while they stand.", flush=True)
        outcomes = [_try(tree, guard) for guard in chosen]
    print(", ".join(f"{outcomes.count(each)} {each}" for each in (CAUGHT, SURVIVED, UNCLEAR)))
    return 0 if outcomes.count(CAUGHT) == len(chosen) else 1


def _try(tree: Path, guard: Guard) -> str:
    path = tree / guard.file
    whole = path.read_text()
    _write(path, guard.broken(whole))
    try:
        done = _run(tree, guard.tests, guard.postgres, "-x")
        first_red = RED.search(done.stdout)
        outcome = SURVIVED if done.returncode == 0 else CAUGHT if first_red else UNCLEAR
        seen = first_red[1] if first_red else done.stdout[-500:]
    except subprocess.TimeoutExpired:  # nobody overlooks a test that never ends
        outcome, seen = CAUGHT, f"did not end within {SECONDS} s"
    finally:
        _write(path, whole)
    print(f"{outcome:9} {guard.name:34} {seen}", flush=True)
    return outcome


def _write(path: Path, text: str) -> None:
    """Python takes a compiled file for current if second and size agree, which they may."""
    path.write_text(text)
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def _run(tree: Path, tests: Sequence[str], postgres: bool, *options: str) -> subprocess.CompletedProcess[str]:
    """Run tests, on SQLite unless PostgreSQL is asked for: starting it for each guard takes too long."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environ = {**os.environ, "PYTHONPATH": f"{tree / 'site'}:{tree}"}
    if not postgres:
        command += ["-k", "not postgres"]
        environ |= {"CARREL_TEST_POSTGRES": ""}
    return subprocess.run(
        [*command, *options, *tests],
        cwd=tree,
        env=environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
