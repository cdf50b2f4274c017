"""`make bench`: every figure, one after the other, with the versions they were measured with.

Each `*_bench.py` has a `main()` that prints what it measured and the command that does it alone.
"""

import importlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = ["flask", "sqlalchemy", "pysqlite3", "comrak", "nh3", "lxml", "gunicorn", "stripe", "feedgen"]


def main() -> None:
    """Run the benchmarks whose names contain one of the arguments; all without any."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform(terse=True)}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    wanted = sys.argv[1:]
    for path in sorted(HERE.glob("*_bench.py")):
        if not wanted or any(word in path.stem for word in wanted):
            print(f"\n== {path.stem}   (alone: .venv/bin/python -m tests.benchmarks {path.stem})", flush=True)
            importlib.import_module(f"tests.benchmarks.{path.stem}").main()


main()
