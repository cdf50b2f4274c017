"""What an item costs in publishing: the same articles with and without ten items each, published from scratch in turns.

ITEMS says how many articles.
"""

import os
import sys
import tempfile
from pathlib import Path

from tests.articles.items import BY_KIND
from tests.benchmarks.processes import run
from tests.benchmarks.rounds import Goal, Report, interleaved
from tests.support.articles import article_md, exam_toml, write_files

ARTICLES = int(os.environ.get("ITEMS", "400"))
KINDS = ["question", "question", "question", "question", "answer", "order", "cloze", "card", "card", "term"]
PROSE = "A claim is clean when nothing is missing, and a payer that finds nothing missing has to decide on it in time. "
MOST = 1.0  # ms


def main(report: Report) -> None:
    """Publish both in turns."""
    items = ARTICLES * len(KINDS)
    print(f"Publishing {ARTICLES:,} articles from scratch, without items and with {items:,}")
    measured = interleaved({"without": lambda: _publish(items=False), "with": lambda: _publish(items=True)})
    costs = [
        1_000 * (with_items - without) / items
        for with_items, without in zip(measured["with"], measured["without"], strict=True)
    ]
    report.note(f"from {min(costs):.2f} to {max(costs):.2f} ms of one core for each item")
    report.add("publishing, for each item", costs, "ms", Goal(MOST, at_least=False))


def _publish(*, items: bool) -> float:
    """The seconds of one core that publishing takes."""
    with tempfile.TemporaryDirectory(prefix="carrel-bench-") as name:
        folder = Path(name)
        files = dict(_article(number, items=items) for number in range(ARTICLES))
        write_files(folder / "content", {"cpb/exam.toml": exam_toml(), **files})
        environ = {"CARREL_HOME": str(folder / "var"), "CARREL_CONTENT": str(folder / "content")}
        carrel = [sys.executable, "-m", "website"]
        run([*carrel, "migrate"], folder, environ)
        return run([*carrel, "publish"], folder, environ).busy


def _article(number: int, *, items: bool) -> tuple[str, str]:
    body = f"## The rule\n\n{PROSE * 12}\n\n"
    if items:
        body += "\n".join(_item(kind, f"item-{number}-{place}") for place, kind in enumerate(KINDS))
    return f"cpb/article-{number:05}.md", article_md(f"Article {number}", body, domain="claims")


def _item(kind: str, key: str) -> str:
    first, _, rest = BY_KIND[kind].partition("\n")
    fence, name, _old, *attributes = first.split()
    return "\n".join([" ".join([fence, name, key, *attributes]), rest])
