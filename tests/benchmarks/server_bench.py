"""Answers a second from our own server and from the nginx that we ship, beside nginx with the same bytes from files.

One core serves, another asks (wrk, 32 connections), in rounds that begin with another each time; a ratio is the median
of the ratios of the rounds. Beside the answers of a second of the clock stand those of a second of the server's
processor time: they hold where other work shares the machine. One hot page, and a library asked as readers do (Zipf).
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks.load import Load, LoadError, at_most, at_rate, zipf
from tests.benchmarks.processes import busy
from tests.benchmarks.rounds import Goal, Report, interleaved
from tests.benchmarks.servers import (
    Site,
    article,
    fetch,
    fetch_packed,
    nginx_over_files,
    our_site,
    shipped_nginx,
)
from tests.caches.wire import NAME

ARTICLES = int(os.environ.get("ARTICLES", "10000"))
HOT, FILES = article(7), "nginx, files"
GZIP = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Contestant:
    """What is asked of whom, and the ratio to nginx's files that is the goal."""

    pid: int
    port: int
    paths: list[str]
    headers: dict[str, str] = field(default_factory=dict)
    goal: Goal | None = None
    status: int = 200

    def check(self) -> None:
        """See that it answers what is to be measured. Raises `LoadError`."""
        status = fetch(self.port, self.paths[0], self.headers).status
        if status != self.status:
            raise LoadError(f"{self.paths[0]} was answered with {status}, not {self.status}")

    def run(self) -> tuple[float, float]:
        """Ask as fast as it answers: answers of a second, and of a second of its processor."""
        before = busy(self.pid)
        load = at_most(self.port, self.paths, GZIP | self.headers)
        return load.rate, load.answers / max(busy(self.pid) - before, 0.01)

    def wait(self, rate: int) -> Load:
        """Ask so many times a second."""
        return at_rate(self.port, self.paths, GZIP | self.headers, rate)


def main(report: Report) -> None:
    """Measure one hot page for each audience, then the whole library."""
    with tempfile.TemporaryDirectory(prefix="carrel-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        site = stack.enter_context(our_site(folder / "site", ARTICLES))
        report.note(f"{ARTICLES:,} articles; memory of each process at rest: {_megabytes(site)}")
        with _files(folder, site, [HOT]) as files, _front(folder, site) as front:
            measure(report, files, hot_pages(site) | {"guest, shipped nginx": front})
        asked = zipf([article(number) for number in range(ARTICLES)])
        with _files(folder, site, asked) as files:
            audiences = {
                f"{audience}, Zipf": Contestant(site.pid, site.port, asked, site.cookie(audience), Goal(0.5))
                for audience in ("guest", "pass")
            }
            measure(report, files, audiences)
        report.add("memory of the largest process, then", [max(site.megabytes())], "MB", Goal(150, False))


def hot_pages(site: Site) -> dict[str, Contestant]:
    """The same page for each audience, unchanged (304), and what programs ask for."""
    etag = fetch(site.port, HOT).headers["ETag"]
    ask = partial(Contestant, site.pid, site.port)
    brotli = {"Accept-Encoding": "br"}
    takes_brotli = fetch(site.port, HOT, brotli).headers["Content-Encoding"] == "br"
    return {
        "guest, own server": ask([HOT], {}, Goal(0.6)),
        "reader, own server": ask([HOT], site.cookie("reader"), Goal(0.5)),
        "pass holder, own server": ask([HOT], site.cookie("pass"), Goal(0.5)),
        "304, own server": ask([HOT], {"If-None-Match": etag}, Goal(0.5), status=304),
        "feed, own server": ask(["/feed.xml"], {}, Goal(0.5)),
        "sitemap, own server": ask(["/sitemap.xml"], {}, Goal(0.5)),
    } | ({"guest, Brotli": ask([HOT], brotli)} if takes_brotli else {})


def measure(report: Report, files: Contestant, contestants: dict[str, Contestant]) -> None:
    """All of them beside nginx's files; then the wait at half of what the first can."""
    for who in (files, *contestants.values()):
        who.check()
        fetch_packed(who.port, sorted(set(who.paths)), who.headers)  # all is kept that can be
    rounds = interleaved({name: who.run for name, who in ({FILES: files} | contestants).items()})
    clock, processor = (
        {name: [each[part] for each in made] for name, made in rounds.items()} for part in (0, 1)
    )
    report.add(FILES, clock[FILES], "/s")
    for name, who in contestants.items():
        report.compare(name, clock[name], "/s", "nginx", clock[FILES], goal=who.goal)
        report.compare(f"{name}, by processor", processor[name], "/s", "nginx", processor[FILES])
    name, who = next(iter(contestants.items()))
    half = max(1, int(min(clock[name]) / 2))
    waits = [who.wait(half) for _ in range(3)]
    report.add(f"{name}, p50 at {half:,}/s", [load.p50 for load in waits], "ms")
    report.add(f"{name}, p99 at {half:,}/s", [load.p99 for load in waits], "ms", Goal(5, False))


@contextmanager
def _files(folder: Path, site: Site, paths: list[str]) -> Iterator[Contestant]:
    pages = fetch_packed(site.port, sorted(set(paths)))
    with tempfile.TemporaryDirectory(dir=folder) as root, nginx_over_files(Path(root), pages) as server:
        yield Contestant(*server, paths)


@contextmanager
def _front(folder: Path, site: Site) -> Iterator[Contestant]:
    (folder / "front").mkdir()
    with shipped_nginx(folder / "front", site) as server:
        yield Contestant(*server, [HOT], {"Host": NAME}, Goal(0.95))


def _megabytes(site: Site) -> str:
    return ", ".join(f"{megabytes:.0f} MB" for megabytes in site.megabytes())
