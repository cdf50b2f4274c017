"""Logs: one JSON object a line on standard error, in UTC, with the request's id, and with no secret in it.

Whatever a library puts into a message, mail addresses and keys are struck out before the line is written
(PAY-30, ASVS 16.2.5).
"""

import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog

SECRETS = re.compile(
    r"(?P<key>\b(?:sk|rk|whsec)_[A-Za-z0-9_]+)"
    r"|(?P<login>://[^/\s:@]+:[^/\s@]+@)"
    r"|(?P<address>[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)"
)


class LogLine:
    """Writes lines to standard error. A log on a full disk loses lines; it must not lose the request too."""

    def msg(self, text: str) -> None:
        """One line."""
        with suppress(OSError, ValueError):  # full, or closed
            print(text, file=sys.stderr, flush=True)  # noqa: T201 - this is the log

    log = debug = info = warning = warn = error = err = critical = exception = fatal = msg


def configure() -> None:
    """Set the form of all logs. Doing it twice changes nothing."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            strike_out_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        logger_factory=lambda *_args: LogLine(),
    )


def strike_out_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Strike addresses, keys and logins out of every text of a log line."""
    return {name: _struck(value) if isinstance(value, str) else value for name, value in event.items()}


def _struck(text: str) -> str:
    return SECRETS.sub(lambda found: f"[{found.lastgroup}]", text)
