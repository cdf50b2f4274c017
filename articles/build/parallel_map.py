"""Work spread over processes when there is much of it, and done at once when there is little."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Desk = TypeVar("Desk")
Item = TypeVar("Item")
Result = TypeVar("Result")

FEW = 80  # so many are done before a second process has started
CHUNK = 50


class WorkerDiedError(Exception):
    """A process that was working for us ended, and nobody asked it to."""

    def __init__(self) -> None:
        super().__init__(
            "A process that was making articles was killed, perhaps for want of memory. Nothing was published."
        )


def parallel_map(
    function: Callable[[Desk, Sequence[Item]], Result], desk: Desk, items: Sequence[Item]
) -> Iterator[Result]:
    """`function(desk, chunk)` for chunks of the items, the results in order.

    Raises `WorkerDiedError`. Function, desk and results travel between processes, so they must be picklable. Few results wait at a
    time: whoever takes them slowly slows the work instead of filling memory.
    """
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
    workers = min(_cores(), len(chunks))
    if len(items) <= FEW or workers < 2:
        return (function(desk, chunk) for chunk in chunks)
    from articles.build.worker_pool import in_processes  # here, as most often there is little to do

    return in_processes(workers, function, desk, chunks)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
