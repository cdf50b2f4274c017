"""Backups and restorations in a process of its own that is killed, as by `kill -9`, at a point that is asked for."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carrel.services import open_database
from carrel.settings import Settings
from tests.support.killing import killed_at
from website.backup import create
from website.backup import restore as restoring

OURS = f"{os.sep}backup{os.sep}"


class Points:
    """Every call that the code of backups makes, of ours or of a library, is a point; dies at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self._kill_at = kill_at

    def __call__(self, frame: Any, event: str, _argument: object) -> None:
        if event in {"call", "c_call"} and OURS in frame.f_code.co_filename:
            self.count += 1
            if self.count == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)


def until(act: Callable[..., None], settings: Settings, file: Path | None, kill_at: int) -> int:
    """Do it, and be killed at that point. How many points there were: the killed one, or all."""
    return killed_at(kill_at, _do, act, settings, file)


def backup(settings: Settings, _file: Path | None) -> None:
    """Make a backup."""
    db = open_database(settings)
    create.create_backup(settings, db)
    db.close()


def restore(settings: Settings, file: Path | None) -> None:
    """Put one back."""
    assert file
    restoring.restore(settings, file)


def _do(act: Callable[..., None], settings: Settings, file: Path | None, kill_at: int, sender: Any) -> None:
    points = Points(kill_at)
    sys.setprofile(points)
    act(settings, file)
    sys.setprofile(None)
    sender.send(points.count)
