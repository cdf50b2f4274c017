"""What an operator did is written once (ASVS 16.4.2): the database itself refuses to change or to lose it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from carrel import audit
from carrel.audit import AuditEntry
from carrel.db import Database

CHANGES = [
    pytest.param(update(AuditEntry).values(actor="somebody@else.example"), id="the actor changed"),
    pytest.param(update(AuditEntry).values(reason="", after=None), id="the values emptied"),
    pytest.param(delete(AuditEntry), id="an entry gone"),
]


@pytest.fixture
def log(db: Database) -> Iterator[Database]:
    """One act is in the log."""
    with db.write() as session:
        audit.record(
            session, actor="op@example.org", action="pass.give", subject="reader:1", reason="kindness"
        )
    yield db
    with db.read() as session:
        assert session.execute(select(AuditEntry.actor, AuditEntry.reason)).all() == [
            ("op@example.org", "kindness")
        ]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_in_the_log_can_be_neither_changed_nor_removed(log: Database, change: object) -> None:
    with pytest.raises(IntegrityError, match="append-only"), log.write() as session:
        session.execute(change)  # type: ignore[call-overload]


def test_the_log_cannot_be_emptied_at_one_stroke_on_postgresql(log: Database) -> None:
    if log.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(IntegrityError, match="append-only"), log.write() as session:
        session.execute(text("TRUNCATE audit_entry"))
