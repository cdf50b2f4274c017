"""Work in several processes: in order, bounded, and never left behind."""

import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from articles.parallel_map import FEW, WorkerDiedError, parallel_map


def double(factor: int, items: Sequence[int]) -> list[int]:
    return [factor * item for item in items]


def pids(_context: int, items: Sequence[int]) -> list[int]:
    return [os.getpid()]


def die(_context: int, items: Sequence[int]) -> list[int]:
    if 100 in items:
        os.kill(os.getpid(), signal.SIGKILL)
    return list(items)


def refuse(_context: int, items: Sequence[int]) -> list[int]:
    raise ZeroDivisionError


def report_and_sleep(folder: str, items: Sequence[int]) -> None:
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


@pytest.mark.parametrize("count", [0, 1, FEW, FEW + 1, 400])
def test_results_come_whole_and_in_order(count: int) -> None:
    results = [result for chunk in parallel_map(double, 2, range(count), count) for result in chunk]
    assert results == [2 * number for number in range(count)]


def test_little_work_is_done_here_and_much_work_elsewhere() -> None:
    assert {pid for chunk in parallel_map(pids, 0, range(FEW), FEW) for pid in chunk} == {os.getpid()}
    if len(os.sched_getaffinity(0)) > 1:
        assert os.getpid() not in {pid for chunk in parallel_map(pids, 0, range(400), 400) for pid in chunk}


def test_a_failure_in_a_worker_is_a_failure_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(parallel_map(refuse, 0, range(400), 400))


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core does everything here")
def test_a_worker_that_is_killed_is_one_sentence() -> None:
    with pytest.raises(WorkerDiedError, match="Nothing was published"):
        list(parallel_map(die, 0, range(400), 400))


def _parent(folder: str) -> None:
    list(parallel_map(report_and_sleep, folder, range(400), 400))


@pytest.mark.faults
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core does everything here")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    parent = multiprocessing.get_context("spawn").Process(target=_parent, args=(str(tmp_path),))
    parent.start()
    workers = _wait_for(lambda: sorted(int(path.name) for path in tmp_path.iterdir()))
    parent.kill()
    parent.join()
    assert _wait_for(lambda: [None] if not any(map(_is_alive, workers)) else [])


def _wait_for(look: object) -> list[int]:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        if results := look():  # type: ignore[operator]
            return results  # type: ignore[no-any-return]
        time.sleep(0.05)
    pytest.fail("it did not happen within a minute")


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
