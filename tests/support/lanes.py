"""Who runs what, when tests run on several processes (`-n 3 --dist loadfile`): what shares a running site is one lane.

A file is the unit that a process gets. Where the tests of several files share a site, a browser or a cache, they are
one unit instead: else each process would start them anew, and a file would stop what the next one starts again.
The longest lanes begin first, so that no process is left alone with one of them at the end.
"""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

BROWSER = "in a browser"
TOGETHER = {
    "tests/browser/": BROWSER,
    "tests/website/demo/fake_stripe/test_pages_in_a_browser.py": BROWSER,
    "tests/payments/faults/": "payments under faults",  # a lane for each kind of database: each has its own site
    "tests/caches/": "before caches",
}
# The lanes and files that take longest, in seconds of one core: the browser 120, then 60 and less.
FIRST = (
    BROWSER,
    "payments under faults",
    "tests/faults/test_kills.py",
    "before caches",
    "tests/deploy/test_live.py",
    "tests/articles/publish/test_killed.py",
    "tests/newsletter/delivery/test_kills.py",
    "tests/faults/",
    "tests/website/demo/",
    "tests/carrel/mail/test_killed.py",
    "tests/website/backup/",
)


def lane_of(nodeid: str) -> str:
    """The lane of a test: what it shares with others, or its file."""
    file, _, test = nodeid.partition("::")
    lane = next((name for start, name in TOGETHER.items() if file.startswith(start)), file)
    return f"{lane} on postgres" if lane.startswith("payments") and "[postgres" in test else lane


def rank(lane: str) -> int:
    """Where a lane stands in line."""
    return next((number for number, start in enumerate(FIRST) if lane.startswith(start)), len(FIRST))


class Lanes(LoadFileScheduling):  # type: ignore[misc]  # xdist tells no types
    """Gives each process a lane at a time, the longest first; then the files, those with most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=rank), last=False)
        super()._assign_work_unit(node)
