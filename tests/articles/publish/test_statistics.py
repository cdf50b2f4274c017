"""What PostgreSQL is told of a library that is mostly new: it would plan its searches for an empty one for a minute."""

from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import event

from carrel.db import Database
from tests.articles.publish.library import Publish


@pytest.fixture
def told(db: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that tell it."""
    monkeypatch.setattr(import_module("articles.publish.publish"), "MANY_FOR_DATABASE", 2)
    statements = list[str]()

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("VACUUM"):
            statements.append(statement)

    return statements


def test_a_library_that_is_mostly_new_is_told_and_a_change_is_not(
    db: Database, told: list[str], content: Path, publish_now: Publish
) -> None:
    publish_now()
    assert ["article_search_tokens" in statement for statement in told] == [True] * (not db.is_sqlite)
    file = content / "cpb" / "clean-claims.md"
    file.write_text(file.read_text() + "\nOne sentence more.\n")
    publish_now()
    assert len(told) <= 1
