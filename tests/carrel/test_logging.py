"""What is written down, and what is not."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
import structlog

from carrel import logging


def line(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    line = json.loads(capsys.readouterr().err)
    assert isinstance(line, dict)
    return line


@pytest.mark.parametrize(
    "secret", ["anna@example.org", "sk_live_51Hxyz", "whsec_abc", "smtp://user:word@mail.example.org"]
)
def test_pay_30_no_secret_and_no_address_is_written(capsys: pytest.CaptureFixture[str], secret: str) -> None:
    logging.configure()
    structlog.get_logger().info("could not send", problem=f"refused: {secret}!")
    written = line(capsys)["problem"]
    assert "word" not in written
    assert "anna" not in written
    assert "51Hxyz" not in written
    assert "abc" not in written


def test_asvs_16_4_1_a_line_cannot_be_forged_with_a_line_break(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure()
    structlog.get_logger().info("seen", path='/x\n{"event": "paid"}')
    assert line(capsys)["path"] == '/x\n{"event": "paid"}'  # one line, parsed as one object


def test_a_failure_is_written_with_its_trace_on_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure()
    structlog.get_logger().error("failed", exc_info=ValueError("anna@example.org is wrong"))
    trace = line(capsys)["exception"]
    assert "ValueError" in trace
    assert "anna" not in trace


def test_data_08_a_log_that_cannot_be_written_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    logging.configure()
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stderr", full)
        structlog.get_logger().error("the disk is full")
        monkeypatch.undo()
        with suppress(OSError):
            full.close()
