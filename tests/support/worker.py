"""`carrel worker` in a process of its own: to be killed, stopped, starved and started again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from carrel.settings import Settings

ROOT = Path(__file__).parents[2]
FULL = bool(os.environ.get("CARREL_FULL_FAULTS"))
# A process is dear: what does not depend on the kind of database is proven on both in the full run alone.
on_one_database = pytest.mark.parametrize(
    "database_url", ["sqlite", "postgres"] if FULL else ["sqlite"], indirect=True
)


def start(settings: Settings, *options: str, **more: str) -> subprocess.Popen[bytes]:
    """Start one on these settings, as an operator would; `more` goes into its environment."""
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
        "CARREL_HOME": str(settings.home),
        "CARREL_BASE_URL": settings.base_url,
        "CARREL_SECRET_KEYS": settings.secret_keys[0].get_secret_value(),
        "DATABASE_URL": settings.database_url,
        "SMTP_URL": settings.smtp_url.get_secret_value(),
        "MAIL_FROM": settings.mail_from,
        "CONTACT_EMAIL": settings.contact_email,
        "POSTAL_ADDRESS": settings.postal_address,
        "DIGEST_CONNECTIONS": str(settings.digest_connections),
    } | more
    command = [sys.executable, "-m", "website", "worker", *options]
    with (settings.home / "worker.log").open("ab") as log:
        return subprocess.Popen(
            command, env=environ, cwd=settings.home, stdout=log, stderr=log, start_new_session=True
        )


def kill(process: subprocess.Popen[bytes]) -> None:
    """As a power cut would: nothing is finished."""
    process.kill()
    process.wait()


@contextmanager
def worker(settings: Settings, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """One that is killed at the end of the block, as a power cut would, if it still runs."""
    process = start(settings, **more)
    try:
        yield process
    finally:
        kill(process)
