"""Run a function over many items: in worker processes when there are many, in this process when there are few."""

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Context = TypeVar("Context")
Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 80  # items done in the time that a second process needs to start
CHUNK = 50
# The fork server imports these once and all workers are forked from it: each would need half a second for them.
_PRELOADED = ["articles.build.build_article", "articles.loading.content", __name__]

_work: list[Any] = []  # in a worker process: the function and the context it was started with


class WorkerDiedError(Exception):
    """A worker process ended before its work was done."""

    def __init__(self) -> None:
        super().__init__(
            "A process that was building articles was killed, possibly for lack of memory. Nothing was published."
        )


def parallel_map(
    function: Callable[[Context, Sequence[Item]], Result], context: Context, items: Iterable[Item], count: int
) -> Iterator[Result]:
    """`function(context, chunk)` for chunks of the items, `count` in all, with the results in order.

    Function, context and results travel between processes, so they must be picklable. Only a few results wait
    at a time, and an item is asked for when a worker will soon have it: a slow consumer slows the work instead of
    filling memory. Raises `WorkerDiedError`.
    """
    rest = iter(items)
    chunks = iter(lambda: list(islice(rest, CHUNK)), [])
    workers = min(_core_count(), -(-count // CHUNK))
    if count <= FEW or workers < 2:
        return (function(context, chunk) for chunk in chunks)
    return _map_in_processes(workers, function, context, chunks)


def _core_count() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _map_in_processes(
    workers: int, function: Any, context: Any, chunks: Iterable[Sequence[Any]]
) -> Iterator[Any]:
    import multiprocessing  # imported here because most runs have few items
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(_PRELOADED)
    pool = ProcessPoolExecutor(workers, server, initializer=_start_worker, initargs=(function, context))
    try:
        yield from _results_in_order(pool, chunks, limit=workers * 2)
    except BrokenProcessPool:
        raise WorkerDiedError from None
    finally:
        pool.shutdown(cancel_futures=True)


def _results_in_order(
    pool: "ProcessPoolExecutor", chunks: Iterable[Sequence[Any]], limit: int
) -> Iterator[Any]:
    pending: deque[Future[Any]] = deque()
    for chunk in chunks:
        pending.append(pool.submit(_run_chunk, chunk))
        if len(pending) > limit:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


def _start_worker(function: Any, context: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C and ends its workers
    gc.freeze()  # imported modules stay loaded, so the collector need not scan them again
    _work[:] = [function, context]
    threading.Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    # A killed parent cannot tell its workers, which would wait for work forever.
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_chunk(chunk: Sequence[Any]) -> Any:
    function, context = _work
    return function(context, chunk)
