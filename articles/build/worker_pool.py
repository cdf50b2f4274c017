"""The processes that share much work: all forked from one that has imported what they need, ended with their parent."""

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from articles.build.parallel_map import WorkerDiedError

# What workers need is imported once, in a process that they are all forked from: each would need half a second for it.
_PRELOADED = ["articles.build.build_article", "articles.loading.library", __name__]

_work: list[Any] = []  # in a worker: the function and the desk it was started with


def in_processes(workers: int, function: Any, desk: Any, chunks: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """`function(desk, chunk)` for each chunk, the results in order; few of them wait at a time. Raises `WorkerDiedError`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(function, desk))
    try:
        yield from _in_order(pool, chunks, workers * 2)
    except BrokenProcessPool:
        raise WorkerDiedError from None
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
