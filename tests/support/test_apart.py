"""That a test reads its own log alone."""

import threading

import pytest
import structlog

from carrel import logging


def test_what_another_thread_logs_does_not_reach_the_test_in_hand(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure()
    log = structlog.get_logger()
    other = threading.Thread(target=lambda: log.error("from a shared site"))
    other.start()
    other.join()
    log.error("from the test")
    (line,) = capsys.readouterr().err.splitlines()
    assert "from the test" in line
