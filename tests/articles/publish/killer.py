"""Publishes in a process of its own that kills itself, as `kill -9` would, at a step that is asked for."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from articles.publish import publish
from carrel.services import open_database
from carrel.settings import Settings
from tests.support.killing import killed_at


class Steps:
    """Counts statements and commits of the database and the renaming of finished files; dies at one of them."""

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self._kill_at = kill_at

    def __call__(self, *_: Any, **__: Any) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with a step before it."""

        def stepping(*arguments: Any, **options: Any) -> Any:
            self()
            return function(*arguments, **options)

        return stepping


def publish_until(settings: Settings, kill_at: int) -> int:
    """Publish, and be killed at that step. How many steps there were: the killed one, or all."""
    return killed_at(kill_at, _publish, settings)


def _publish(settings: Settings, kill_at: int, sender: Any) -> None:
    steps = Steps(kill_at)
    db = open_database(settings)
    event.listen(Engine, "before_cursor_execute", steps)
    event.listen(Engine, "commit", steps)
    Path.replace = steps.before(Path.replace)  # type: ignore[method-assign]
    publish(settings, db)
    db.close()
    sender.send(steps.count)
