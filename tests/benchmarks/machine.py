"""The machine that a figure belongs to: its versions, and the core on which each program is held."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ["flask", "sqlalchemy", "pysqlite3", "comrak", "nh3", "lxml", "gunicorn", "stripe", "feedgen"]
PROGRAMS = {
    "nginx": ["-v"],
    "wrk": ["--version"],
    "h2load": ["--version"],
    "hugo": ["version"],
    "postgres": ["--version"],
    "chromium-headless-shell": ["--version"],
}
FOLDERS = [os.environ.get("PATH", ""), "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
AVAILABLE = sorted(os.sched_getaffinity(0))
SERVER, LOAD = AVAILABLE[0], AVAILABLE[-1]  # what is measured has a core of its own; whoever asks has another


def find(program: str) -> str | None:
    """Where a program is; Debian keeps some out of the path of ordinary people."""
    return shutil.which(program, path=os.pathsep.join(FOLDERS))


def on(core: int, *command: str) -> list[str]:
    """The command, held on one core with all that it starts."""
    return ["taskset", "--cpu-list", str(core), *command]


@contextmanager
def held_on(*cores: int) -> Iterator[None]:
    """Keep this process, and what it starts, on these cores until the block ends."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def describe() -> Iterator[str]:
    """What the figures belong to, line by line."""
    yield f"{_processor()}, cores {AVAILABLE}, load {os.getloadavg()[0]:.1f}, {platform.platform(terse=True)}"
    yield f"Python {platform.python_version()}, " + ", ".join(filter(None, map(_package, PACKAGES)))
    programs = {name: find(name) for name in PROGRAMS}
    yield ", ".join(
        _version(path, PROGRAMS[name]) if path else f"{name}: not installed"
        for name, path in programs.items()
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "Processor")


def _package(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def _version(path: str, options: Sequence[str]) -> str:
    done = subprocess.run([path, *options], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()[0].split(" Copyright")[0]
