"""How long publishing takes: 10,000 articles from scratch, then one change; beside other programs.

Hugo writes the pages that Carrel serves: articles with contents, related ones, neighbors, structured data and a
Markdown twin; the exam, the topics, three feeds of twenty full texts for each of these and the site; sitemap, robots.txt,
llms.txt, the plain pages. It finds related articles by topic only, and makes no search index. Carrel stores texts and makes
the page around one when it is first asked for, which is measured too. Pelican has its own theme and feeds.

python -m tests.benchmarks.publish_bench [articles]
"""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pysqlite3

from articles.render import RENDERER
from carrel.services import make_services
from carrel.settings import load
from tests.benchmarks.corpus import WORDS, write_for_carrel, write_for_hugo, write_for_pelican
from website.app import create_app

COUNT = 10_000
LONGEST_SECONDS = 1_800
PAGES = 100
KEY = "a-key-for-benchmarks-only-of-32-bytes"
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h


@dataclass(frozen=True)
class Measured:
    """A command's time, its processors' time, and the most memory that it and its children held at once."""

    seconds: float
    busy: float
    megabytes: float


def main(count: int = COUNT) -> None:
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
    _run([*carrel, "migrate"], folder, environ)
    _show("carrel publish, from scratch", _run([*carrel, "publish"], folder, environ), count)
    _show("carrel publish, nothing changed", _run([*carrel, "publish"], folder, environ))
    path = folder / "content/bench/article-00001.md"
    path.write_text(path.read_text() + "\nOne sentence more.\n")
    _show("carrel publish, one article changed", _run([*carrel, "publish"], folder, environ))
    _show_pages(environ, count)
    size = sum(file.stat().st_size for file in (folder / "var").glob("carrel.db*"))
    print(f"  database: {size / 1e6:,.0f} MB")
    _show("carrel check", _run([*carrel, "check"], folder, environ), count)


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
    _show("hugo, the same pages", _run([program, "--quiet"], folder), count)


def _pelican(program: str, folder: Path, count: int) -> None:
    write_for_pelican(folder, count)
    print(
        f"pelican {subprocess.run([program, '--version'], capture_output=True, text=True, check=True).stdout.strip()}"
    )
    _show("pelican", _run([program, "content", "-q"], folder), count)


def _find(name: str) -> str | None:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def _run(command: list[str], folder: Path, environ: dict[str, str] | None = None) -> Measured:
    paths = os.pathsep.join(str(Path(path).resolve()) for path in ("site", "."))
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)  # children of children become ours, so that their time is counted
    before, busy = time.perf_counter(), _busy()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths} | (environ or {}),
        stdout=subprocess.DEVNULL,
    )
    watch, limit = Watch(process.pid), threading.Timer(LONGEST_SECONDS, process.kill)
    limit.start()
    try:
        status = process.wait()  # with a limit of its own it would look up to 50 ms too late
    finally:
        process.kill()
        limit.cancel()
        watch.stop()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    seconds = time.perf_counter() - before
    with suppress(ChildProcessError):
        while True:
            os.wait()
    return Measured(seconds, _busy() - busy, watch.megabytes)


def _busy() -> float:
    """Seconds that processors have spent on our children; they tell more than a clock on a machine that is shared."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


class Watch:
    """Looks twenty times a second how much memory a process and its children hold together."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.05):
            pages = sum(_resident_pages(pid) for pid in _family(self._pid))
            self.megabytes = max(self.megabytes, pages * resource.getpagesize() / 1e6)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident_pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0


def _show(what: str, measured: Measured, count: int = 0) -> None:
    rate = f"  {count / measured.seconds:8,.0f} articles/s" if count else ""
    memory = f"  {measured.megabytes:6,.0f} MB at most" if measured.megabytes else ""
    print(f"  {what:<38} {measured.seconds:8.2f} s {measured.busy:8.2f} s busy{rate}{memory}", flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
