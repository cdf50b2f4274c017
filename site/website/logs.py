"""Logs: one JSON object a line on standard error, in UTC, with the request's id, and with no secret in it.

Whatever a library puts into a message, mail addresses and keys are struck out before the line is written
(PAY-30, ASVS 16.2.5).
"""

import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRETS = re.compile(
    r"(?P<key>\b(?:sk|rk|whsec)_[A-Za-z0-9_]+)"
    r"|(?P<login>://[^/\s:@]+:[^/\s@]+@)"
    r"|(?P<address>[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)"
)


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
        logger_factory=lambda *_args: structlog.PrintLogger(sys.stderr),
    )


def strike_out_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Strike addresses, keys and logins out of every text of a log line."""
    return {name: _struck(value) if isinstance(value, str) else value for name, value in event.items()}


def _struck(text: str) -> str:
    return SECRETS.sub(lambda found: f"[{found.lastgroup}]", text)
