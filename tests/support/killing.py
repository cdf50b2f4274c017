"""Functions that are killed at one of their steps, in processes of their own.

They are forked from a process that has imported what they need: there are hundreds, and importing takes a second.
"""

import multiprocessing
import signal
from collections.abc import Callable
from typing import Any

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["articles.publish", "website.backup.restore"])


def killed_at(step: int, act: Callable[..., None], *arguments: Any) -> int:
    """Run `act(*arguments, step, sender)`, which kills itself at that step, or sends the number of its steps.

    Returns the step at which it was killed, or the number of all.
    """
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=act, args=(*arguments, step, sender))
    process.start()
    sender.close()
    process.join(120)
    try:
        if process.exitcode == -signal.SIGKILL:
            return step
        assert process.exitcode == 0, process.exitcode
        return int(receiver.recv())
    finally:
        process.kill()
        receiver.close()
