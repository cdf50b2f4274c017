"""Locks between processes."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from carrel.db import Database
from carrel.locks import database_lock, file_lock


class TakenError(Exception):
    """Somebody else holds it."""


def test_an_exclusive_lock_refuses_everybody_else(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with file_lock(path, TakenError()):
        for shared in (False, True):
            with pytest.raises(TakenError), file_lock(path, TakenError(), shared=shared):
                pass
    with file_lock(path, TakenError()):
        pass


def test_a_shared_lock_refuses_only_an_exclusive_one(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with (
        file_lock(path, TakenError(), shared=True),
        file_lock(path, TakenError(), shared=True),
        pytest.raises(TakenError),
        file_lock(path, TakenError()),
    ):
        pass


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"import fcntl; file = open({str(path)!r}, 'w'); fcntl.flock(file, fcntl.LOCK_EX); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(TakenError), file_lock(path, TakenError()):
            pass
        process.kill()
        process.wait()
        with file_lock(path, TakenError()):
            pass


def test_whoever_waits_gets_the_lock_when_it_is_free_and_says_once_that_it_waits(db: Database) -> None:
    waits = threading.Event()
    calls: list[bool] = []

    def on_wait() -> None:
        calls.append(True)
        waits.set()

    def second() -> str:
        with database_lock(db, "test", 7, TakenError(), wait_seconds=30, on_wait=on_wait):
            return "got it"

    with ThreadPoolExecutor(1) as pool:
        with database_lock(db, "test", 7, TakenError(), wait_seconds=0):
            waiting = pool.submit(second)
            assert waits.wait(30)
            assert not waiting.done()
        assert waiting.result(30) == "got it"
    assert calls == [True]


def test_a_database_lock_is_released_after_a_failure_and_others_have_their_own(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), database_lock(db, "test", 7, TakenError(), wait_seconds=0):
        with database_lock(db, "other", 8, TakenError(), wait_seconds=0):
            pass
        with pytest.raises(TakenError), database_lock(db, "test", 7, TakenError(), wait_seconds=0):
            pass
        _ = 1 / 0
    with database_lock(db, "test", 7, TakenError(), wait_seconds=0):
        pass
