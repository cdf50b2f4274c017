"""`carrel` in processes of their own that start warm: forked from one that has imported everything, once for a run.

Importing takes a second of a core and more, and proves nothing the second time. That a cold start works, by the very
command that an operator types, is proven in tests/deploy, tests/website/demo and tests/website/test_commands.py.
"""

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support import crashing as crash_points
from website.cli import main

context = multiprocessing.get_context("forkserver")
# One list for everybody who forks: the process that all are forked from is one.
context.set_forkserver_preload(["website.server", "website.worker", "website.doctor.commands", __name__])


class Warm:
    """A running `carrel`, with the hands of a `subprocess.Popen`."""

    def __init__(
        self, *arguments: str, env: Mapping[str, str], cwd: Path, log: Path, crashing: bool = False
    ) -> None:
        self._process = context.Process(target=_run, args=(arguments, dict(env), cwd, log, crashing))
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        """Its status, if it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its status, once it has ended. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if (status := self.poll()) is None:
            raise subprocess.TimeoutExpired("carrel", timeout or 0)
        return status


def _run(arguments: tuple[str, ...], env: dict[str, str], cwd: Path, log: Path, crashing: bool) -> None:
    """In the new process: become what the shell would have started."""
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
    sys.argv = ["carrel", *arguments]
    if crashing:
        crash_points.install()
    try:
        main()
    finally:
        atexit._run_exitfuncs()
