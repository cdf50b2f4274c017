"""Commands, and what they took: time, processor time, and memory with all that they start."""

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LONGEST_SECONDS = 1_800
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """A command's time, its processors' time, and the most memory that it and its children held at once."""

    seconds: float
    busy: float
    megabytes: float


def run(command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end in a folder. Ends the benchmark when it fails."""
    paths = os.pathsep.join(str(Path(path).resolve()) for path in ("site", "."))
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)  # children of children become ours, so that their time is counted
    before, busy = time.perf_counter(), _children_busy()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths} | dict(environ or {}),
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
        sys.exit(f"{' '.join(command)} ended with status {status}")
    seconds = time.perf_counter() - before
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[
            0
        ]:  # a server that is measured meanwhile is a child too, and runs on
            pass
    return Measured(seconds, _children_busy() - busy, watch.megabytes)


def _children_busy() -> float:
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
        """Look no more."""
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(0.05):
            self.megabytes = max(self.megabytes, sum(map(resident_megabytes, family(self._pid))))


def family(pid: int) -> Iterator[int]:
    """A process, and all that it started and that still run."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident_megabytes(pid: int) -> float:
    """Megabytes that one process holds; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() / 1e6


def busy(pid: int) -> float:
    """Processor seconds of a running process and its children up to now."""
    return sum(map(_busy, family(pid)))


def _busy(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / _TICK  # utime and stime, proc(5)
