"""The demo's processes: started together, ended together."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from urllib.error import URLError

from carrel.command_line import CommandError

START_SECONDS = 120.0  # on a slow machine; nobody waits that long on another
STOP_SECONDS = 35.0


class ProcessStartError(CommandError):
    """A process of the demo ended before the site answered."""


class Processes:
    """Children in a process group of their own, so that Ctrl-C reaches only us, and we end them in order."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        """Start `carrel <arguments>`."""
        command = [sys.executable, "-m", "website", *arguments]
        self._children[name] = subprocess.Popen(command, env=self._environ, start_new_session=True)

    def wait_until_it_answers(self, url: str) -> None:
        """Return when the URL answers. Raises `ProcessStartError`."""
        give_up = time.monotonic() + START_SECONDS
        while not _answers(url):
            if (dead := self.first_dead()) or time.monotonic() > give_up:
                raise ProcessStartError(f"The {dead or 'site'} did not start; see its message above.")
            time.sleep(0.05)

    def first_dead(self) -> str | None:
        """The name of a child that has ended by itself."""
        return next((name for name, child in self._children.items() if child.poll() is not None), None)

    def stop(self) -> None:
        """End all: SIGTERM, and SIGKILL for what has not ended in time."""
        for child in self._children.values():
            _signal(child, signal.SIGTERM)
        give_up = time.monotonic() + STOP_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    if child.poll() is None:
        os.kill(child.pid, number)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
