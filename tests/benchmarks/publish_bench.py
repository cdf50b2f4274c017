"""How long publishing takes: 10,000 articles from scratch, then one change; beside other programs.

Hugo writes the pages that Carrel serves: articles with contents, related ones, neighbors, structured data and a
Markdown twin; the exam, the topics, three feeds of twenty full texts for each of these and the site; sitemap, robots.txt,
llms.txt, the plain pages. It finds related articles by topic only, and makes no search index. Carrel stores texts and makes
the page around one when it is first asked for, which is measured too. Pelican has its own theme and feeds.

ARTICLES says how many.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pysqlite3

from articles.render import RENDERER
from carrel.services import make_services
from carrel.settings import load
from tests.benchmarks.corpus import WORDS, write_for_carrel, write_for_hugo, write_for_pelican
from tests.benchmarks.processes import Measured, run
from tests.benchmarks.rounds import Report
from website.app import create_app

COUNT = int(os.environ.get("ARTICLES", "10000"))
PAGES = 100
KEY = "a-key-for-benchmarks-only-of-32-bytes"


def main(report: Report, count: int = COUNT) -> None:
    """Measure everything that is installed and print it."""
    print(f"Publishing {count:,} articles of about {WORDS} words with tables, links and questions")
    print(
        f"  {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f}), Python {sys.version.split()[0]}, SQLite {pysqlite3.sqlite_version}"
    )
    print(f"  SQLAlchemy {version('sqlalchemy')}, pydantic {version('pydantic')}, renderer {RENDERER}")
    with _folder() as folder:
        _carrel(folder, count)
    for name, measure in (("hugo", _hugo), ("pelican", _pelican)):
        if program := _find(name):
            with _folder() as folder:
                measure(program, folder, count)
        else:
            print(f"{name}: not installed")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="carrel-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _carrel(folder: Path, count: int) -> None:
    write_for_carrel(folder / "content", count)
    environ = {"CARREL_HOME": str(folder / "var"), "CARREL_CONTENT": str(folder / "content")}
    carrel = [sys.executable, "-m", "website"]
    run([*carrel, "migrate"], folder, environ)
    _show("carrel publish, from scratch", run([*carrel, "publish"], folder, environ), count)
    _show("carrel publish, nothing changed", run([*carrel, "publish"], folder, environ))
    path = folder / "content/bench/article-00001.md"
    path.write_text(path.read_text() + "\nOne sentence more.\n")
    _show("carrel publish, one article changed", run([*carrel, "publish"], folder, environ))
    _show_pages(environ, count)
    size = sum(file.stat().st_size for file in (folder / "var").glob("carrel.db*"))
    print(f"  database: {size / 1e6:,.0f} MB")
    _show("carrel check", run([*carrel, "check"], folder, environ), count)


def _show_pages(environ: dict[str, str], count: int) -> None:
    """How long a page takes when nobody has asked for it before."""
    services = make_services(load(environ | {"CARREL_SECRET_KEYS": KEY}, demo=True))
    client = create_app(services).test_client()
    client.get("/articles/article-00000/")
    before = time.process_time()
    numbers = range(1, count, max(1, count // PAGES))
    for number in numbers:
        if client.get(f"/articles/article-{number:05}/").status_code != 200:
            raise SystemExit("A page was not served.")
    spent = (time.process_time() - before) / len(numbers)
    print(f"  {'carrel, an article page when first asked':<38} {spent * 1_000:8.2f} ms busy")
    services.db.close()


def _hugo(program: str, folder: Path, count: int) -> None:
    write_for_hugo(folder, count)
    print(subprocess.run([program, "version"], capture_output=True, text=True, check=True).stdout.strip())
    _show("hugo, the same pages", run([program, "--quiet"], folder), count)


def _pelican(program: str, folder: Path, count: int) -> None:
    write_for_pelican(folder, count)
    print(
        f"pelican {subprocess.run([program, '--version'], capture_output=True, text=True, check=True).stdout.strip()}"
    )
    _show("pelican", run([program, "content", "-q"], folder), count)


def _find(name: str) -> str | None:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def _show(what: str, measured: Measured, count: int = 0) -> None:
    rate = f"  {count / measured.seconds:8,.0f} articles/s" if count else ""
    memory = f"  {measured.megabytes:6,.0f} MB at most" if measured.megabytes else ""
    print(f"  {what:<38} {measured.seconds:8.2f} s {measured.busy:8.2f} s busy{rate}{memory}", flush=True)
