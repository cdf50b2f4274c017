"""Logs: one JSON object a line on standard error, in UTC, with the request's id, and with no secret in it.

Whatever a library puts into a message, mail addresses, keys and tokens are struck out before the line is
written (PAY-30, ASVS 16.2.5).
"""

import logging
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
    # A part of a path that is long and has capitals is no article's name: it lets somebody in (ASVS 14.2.1).
    r"|(?<=/)(?=[\w.-]*[A-Z])(?P<token>[\w.-]{40,})"
    # A gift's code, as links have it (payments/gifts/codes.py).
    r"|(?<![\w-])(?P<gift_token>(?:[2-9A-HJ-NP-Z]{5}-){3}[2-9A-HJ-NP-Z]{5})(?![\w-])"
    r"|(?<![\w-])(?=[\w-]*[A-Z])(?P<bare_token>[\w-]{43})(?![\w-])"
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
    """Strike addresses, keys, logins and tokens out of every text of a log line."""
    return {name: struck(value) if isinstance(value, str) else value for name, value in event.items()}


def struck(text: str) -> str:
    """The text without its secrets: each is replaced by a word such as `[token]`."""
    return SECRETS.sub(lambda match: f"[{(match.lastgroup or '').rpartition('_')[2]}]", text)


class StrikingFormatter(logging.Formatter):
    """For the logs of libraries, traces included: gunicorn names the URL of a request that failed."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, without secrets."""
        return struck(super().format(record))
