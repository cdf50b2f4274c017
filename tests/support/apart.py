"""Keeps what running sites log out of what a test reads.

A site that many tests share works in threads of this process, also while another test captures standard error, and
perhaps compares it to the letter. The tests' own thread logs as ever.
"""

import sys
import threading
from typing import Any

import structlog

from carrel import logging
from carrel.logging import LogLine


def log_apart() -> None:
    """From now on, in this process."""
    logging.LogLine = _line  # type: ignore[assignment, misc]


def _line() -> Any:
    is_tests_own = threading.current_thread() is threading.main_thread()
    return LogLine() if is_tests_own else structlog.WriteLogger(sys.__stderr__)
