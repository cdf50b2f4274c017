"""`make bench`: every figure in one run, one module after the other, with what it was measured on.

`make bench ONLY="server page"` runs those modules alone. Each `*_bench.py` has a `main(report)` that measures in
interleaved rounds and adds its figures to the report; ROUNDS and ARTICLES make it shorter or longer.
"""

import importlib
import sys
import time
from pathlib import Path

from tests.benchmarks.machine import describe
from tests.benchmarks.rounds import Report

HERE = Path(__file__).parent


def chosen(words: list[str]) -> list[str]:
    """The modules whose names begin with one of the words; all without any. Ends with status 2 for an unknown word."""
    names = sorted(path.stem for path in HERE.glob("*_bench.py"))
    if unknown := [word for word in words if not any(name.startswith(word) for name in names)]:
        sys.exit(
            f"No benchmark is called {unknown[0]}: {', '.join(name.removesuffix('_bench') for name in names)}"
        )
    return [name for name in names if not words or name.startswith(tuple(words))]


def main(words: list[str]) -> None:
    """Run them, and print all figures once more at the end."""
    names = chosen(words)
    print(*describe(), sep="\n")
    report = Report()
    for name in names:
        print(f"\n== {name}   (alone: make bench ONLY={name.removesuffix('_bench')})", flush=True)
        began = time.monotonic()
        importlib.import_module(f"tests.benchmarks.{name}").main(report)
        print(f"  took {time.monotonic() - began:.0f} s", flush=True)
    print("\n== All figures", *report.figures, sep="\n")


main([word.removesuffix("_bench") for word in sys.argv[1:]])
