"""A site with two exams and a topic, and files to import."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from carrel.db import Database
from newsletter.transfer.importer import CheckedFile, carry_out_batch, check, keep, start
from newsletter.transfer.row_reader import Defaults
from tests.support.articles import put_exam, put_topic

HEAD = "email,source,consented_at,pace,exams"
SINCE = Defaults(consented_at=datetime(2026, 1, 1, tzinfo=UTC))
Write = Callable[..., Path]


@pytest.fixture
def library(db: Database) -> None:
    with db.write() as session:
        put_exam(session, "cpb", position=1)
        put_exam(session, "ccm", position=2)
        put_topic(session, "medicare")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*lines: str, head: str = HEAD, encoding: str = "utf-8", name: str = "subscribers.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("\r\n".join([head, *lines, ""]).encode(encoding))
        return path

    return write


def look(db: Database, path: Path, defaults: Defaults | None = None) -> CheckedFile:
    """The dry run of a file."""
    return check(db, path.name, path.read_bytes(), defaults or Defaults())


def take(db: Database, path: Path, defaults: Defaults | None = None) -> CheckedFile:
    """Import a file, whatever some of its lines say."""
    checked = look(db, path, defaults)
    with db.write() as session:
        kept = keep(session, checked, "olga")
        start(session, kept.id)
    while carry_out_batch(db, kept.id):
        pass
    return checked


def said(checked: CheckedFile) -> list[tuple[int, str]]:
    """The lines that did not become a subscriber, and why."""
    return [(line.number, line.sentence) for line in checked.lines if line.fate != "added"]


def fates(checked: CheckedFile) -> dict[str, str]:
    """What becomes of each address."""
    return {line.address: line.fate.value for line in checked.lines}
