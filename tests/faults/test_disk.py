"""The disk fills, or reads only: readers read on, nothing is half written, and room is all that it takes to go on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from carrel import clock
from carrel.findings import Level
from carrel.services import open_database
from carrel.settings import load
from payments.models import Order
from tests.faults.conftest import FULL
from tests.faults.site import ROOT, Site, running_site
from tests.support.live import CONTENT
from website.backup.backup_store import all_backups
from website.backup.create import create_backup
from website.backup.errors import BackupError
from website.backup.sqlite_copy import verify
from website.doctor.check_context import CheckContext
from website.doctor.machine_checks import disk
from website.migrations import migrate

MEGABYTES = 48


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own. Only root may have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "carrel-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave not a byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def checkout(site: Site) -> int:
    """Press the button of the offer; the status."""
    buyer = site.buyer()
    return buyer.press("/pass/?next=/", "/pass/checkout", next="/").status_code


def test_data_08_readers_read_on_writers_hear_so_and_it_recovers_by_itself(small_disk: Path) -> None:
    with running_site(small_disk, f"sqlite:///{small_disk}/carrel.db", workers=1) as site:
        assert checkout(site) == 303
        orders = site.count(Order.id > 0)
        filler = fill(small_disk)
        for path in ("/", "/pass/", "/search?q=x", "/healthz"):
            assert site.buyer().get(path).status_code == 200, path
        assert [checkout(site) for _ in range(3)] == [503] * 3
        with pytest.raises((BackupError, OSError)):
            create_backup(load(site.environ), site.db)
        assert all_backups(small_disk) == []
        found = disk(CheckContext(load(site.environ), site.db, clock.now()))
        assert found.level is Level.ERROR
        filler.unlink()
        assert site.count(Order.id > 0) == orders
        assert checkout(site) == 303
        verify(small_disk / "carrel.db")


@pytest.mark.parametrize("command", ["serve", "worker", "backup", "publish"] if FULL else ["serve"])
def test_data_09_a_home_that_reads_only_is_one_sentence(small_disk: Path, command: str) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
        "CARREL_HOME": str(small_disk),
        "CARREL_CONTENT": str(CONTENT),
        "CARREL_BASE_URL": "https://carrel.test",
        "CARREL_SECRET_KEYS": "kMv2c9TqLx7RzNw4YbHs8PdJf3GaUe6W",
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "desk@carrel.test",
        "CONTACT_EMAIL": "help@carrel.test",
    }
    db = open_database(load(environ))
    migrate(db)
    db.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = subprocess.run(
        [sys.executable, "-m", "website", command], env=environ, cwd=ROOT, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert "is not writable" in done.stderr
