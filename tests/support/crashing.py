"""`carrel` that kills its own process (SIGKILL) once, at the point named in the file CRASH_FILE.

The product's functions are wrapped here before it starts.
"""

import importlib
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from website.cli import main

# name → the function, and whether to crash before or after it
POINTS = {
    "after the event is kept": ("payments.webhooks.event_handler", "handle_event", "before"),
    "before the payment": ("payments.ledger.entries", "add_payment", "before"),
    "after the grant": ("payments.ledger.entries", "add_purchase", "after"),
    "before the mail": ("carrel.mail.outbox", "queue", "before"),
    "after the mail": ("carrel.mail.outbox", "queue", "after"),
    "before the commit": ("payments.webhooks.inbox", "mark_handled", "after"),
    "after the commit": ("payments.webhooks.event_handler", "fulfill", "after"),
    "before the answer": ("payments.webhooks.event_handler", "handle_event", "after"),
}


def install() -> None:
    """Wrap every point."""
    for name, (module_name, function_name, when) in POINTS.items():
        module = importlib.import_module(module_name)
        setattr(module, function_name, _crashing(getattr(module, function_name), name, when))


def _crashing(function: Callable[..., Any], name: str, when: str) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _crash_if_asked(name)
        result = function(*args, **kwargs)
        if when == "after":
            _crash_if_asked(name)
        return result

    return wrapped


def _crash_if_asked(name: str) -> None:
    order = Path(os.environ["CRASH_FILE"])
    with suppress(FileNotFoundError):
        if order.read_text() == name:
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    install()
    main()
