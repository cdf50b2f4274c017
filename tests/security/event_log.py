"""The lines that the site wrote, read from standard error."""

import json
from typing import Any

import pytest

from carrel import logging

Line = dict[str, Any]


class Log:
    """The lines that the site wrote, read from standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        """Everything since the last time."""
        return self._capsys.readouterr().err

    def events(self) -> list[Line]:
        """The security events since the last time."""
        lines = [json.loads(line) for line in self.text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == "security event"]


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Log:
    """What is logged."""
    logging.configure()
    return Log(capsys)
