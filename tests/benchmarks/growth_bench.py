"""How cost grows: with the library from 10 to 100,000 articles, and with readers from 1 to 1,000 a second.

LIBRARIES="10 1000" makes it shorter. Processor time is told beside the clock: on a shared machine it is what holds.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.load import at_rate, zipf
from tests.benchmarks.processes import busy, run
from tests.benchmarks.rounds import Report
from tests.benchmarks.server_bench import GZIP
from tests.benchmarks.servers import KEY, Site, article, fetch, our_site

LIBRARIES = [int(count) for count in os.environ.get("LIBRARIES", "10 100 1000 10000 100000").split()]
READERS = (1, 10, 100, 1_000)
FIRST = 30  # articles that nobody has asked for before
SECONDS = 5
PAGES = {
    "home": "/",
    "exam": "/exams/bench/",
    "search": "/search?q=claim",
    "feed": "/feed.xml",
    "sitemap": "/sitemap.xml",
}


def main(report: Report) -> None:
    """Grow the library, then the readers of the last but one library."""
    for count in LIBRARIES:
        with tempfile.TemporaryDirectory(prefix="carrel-bench-") as folder:
            began, before = time.monotonic(), time.process_time()
            with our_site(Path(folder), count) as site:
                report.note(
                    f"{count:,} articles: written, published and served after {time.monotonic() - began:.0f} s, {time.process_time() - before:.0f} s busy here"
                )
                _library(report, site, count)
                if count == LIBRARIES[max(0, len(LIBRARIES) - 2)]:
                    _readers(report, site, count)


def _library(report: Report, site: Site, count: int) -> None:
    """What a change costs, what pages cost when they are first asked for, and what the server holds then."""
    path = site.home / "content/bench/article-00001.md"
    environ = {"CARREL_HOME": str(site.home / "var"), "CARREL_CONTENT": str(site.home / "content"), "CARREL_SECRET_KEYS": KEY}  # fmt: skip
    publish = [sys.executable, "-m", "website", "publish"]
    run(publish, site.home, environ)  # reads once more what was written in the second before the first
    path.write_text(path.read_text() + "\nOne sentence more.\n")
    changed = run(publish, site.home, environ)
    name = f"{count:,} articles"
    report.add(f"{name}, one changed", [changed.busy], "s busy")
    report.add(f"{name}, memory of publishing", [changed.megabytes], "MB")
    step = max(1, count // FIRST)
    report.add(f"{name}, an article at first", [_took(site, article(n)) for n in range(0, count, step)], "ms")
    for page, address in PAGES.items():
        report.add(f"{name}, {page} at first", [_took(site, address)], "ms")
    report.add(f"{name}, largest process", [max(site.megabytes())], "MB")


def _took(site: Site, path: str) -> float:
    """Milliseconds of the clock of one answer."""
    began = time.perf_counter()
    status = fetch(site.port, path).status
    assert status == 200, path
    return (time.perf_counter() - began) * 1_000


def _readers(report: Report, site: Site, count: int) -> None:
    """The wait, and how much of its core the server takes, at each rate."""
    asked = zipf([article(number) for number in range(count)])
    for rate in READERS:
        before = busy(site.pid)
        load = at_rate(site.port, asked, GZIP, rate, SECONDS)
        share = (busy(site.pid) - before) / SECONDS * 100
        report.add(f"{rate:,} readers a second, p50", [load.p50], "ms")
        report.add(f"{rate:,} readers a second, p99", [load.p99], "ms")
        report.add(f"{rate:,} readers a second, of a core", [share], "%")
