"""Work spread over processes when there is much of it, and done at once when there is little."""

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Desk = TypeVar("Desk")
Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 80  # so many are done before a second process has started
# What workers need is imported once, in a process that they are all forked from: each would need half a second for it.
_PRELOADED = ["articles.making.make", "articles.reading.library"]
CHUNK = 50


class WorkerDied(Exception):
    """A process that was working for us ended, and nobody asked it to."""

    def __init__(self) -> None:
        super().__init__(
            "A process that was making articles was killed, perhaps for want of memory. Nothing was published."
        )


_work: list[Any] = []  # in a worker: the function and the desk it was started with


def spread(
    function: Callable[[Desk, Sequence[Item]], Result], desk: Desk, items: Sequence[Item]
) -> Iterator[Result]:
    """`function(desk, chunk)` for chunks of the items, the results in order.

    Raises `WorkerDied`. Function, desk and results travel between processes, so they must be picklable. Few results wait at a
    time: whoever takes them slowly slows the work instead of filling memory.
    """
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
    workers = min(_cores(), len(chunks))
    if len(items) <= FEW or workers < 2:
        yield from (function(desk, chunk) for chunk in chunks)
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(function, desk))
    try:
        yield from _in_order(pool, chunks, workers * 2)
    except BrokenProcessPool:
        raise WorkerDied from None
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, chunks: Sequence[Sequence[Any]], ahead: int) -> Iterator[Any]:
    waiting: deque[Future[Any]] = deque()
    for chunk in chunks:
        waiting.append(pool.submit(_do, chunk))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(function: Any, desk: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends us
    gc.freeze()  # what was imported stays for good, and need not be looked at again and again
    _work[:] = [function, desk]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A killed parent cannot tell its workers, and they would wait for work for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(chunk: Sequence[Any]) -> Any:
    function, desk = _work
    return function(desk, chunk)
