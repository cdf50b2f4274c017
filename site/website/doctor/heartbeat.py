"""The worker's heartbeat: a file in the home, touched in every turn, so that a worker that hangs is noticed too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from carrel.services import Services

NAME = "worker.beat"
EVERY_SECONDS = 10.0
ALIVE = timedelta(minutes=2)


def run_step(services: Services) -> bool:
    """A step of the worker. Never asks for another turn."""
    (services.settings.home / NAME).touch()
    return False


def last(home: Path) -> datetime | None:
    """When the worker was last seen at work."""
    try:
        return datetime.fromtimestamp((home / NAME).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
