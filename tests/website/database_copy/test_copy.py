"""A table is copied as it is, or the copy is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from carrel.db import Database
from tests.support.accounts import make_reader
from website.database_copy.columns import Row, TableCopy
from website.database_copy.copy import CopyError, copy_all
from website.database_copy.sides import side_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class ChangedOnTheWay:
    """A database whose rows are others than the target can keep: SQLite makes 1 of the text "1" in a number's column."""

    def __init__(self, connection: Connection) -> None:
        self._side = side_of(connection)

    def read(self, table: TableCopy) -> Iterator[Row]:
        """The rows, the readers' ids as text."""
        rows = self._side.read(table)
        return ((str(row[0]), *row[1:]) for row in rows) if table.name == "reader" else rows

    def last_number(self, table: str) -> int:
        """As it is."""
        return self._side.last_number(table)


@pytest.mark.sweep
def test_a_table_that_is_not_the_same_there_is_named(
    db: Database, sqlite_template: Path, tmp_path: Path
) -> None:
    make_reader(db)
    (tmp_path / "there.db").write_bytes(sqlite_template.read_bytes())
    target = Database(f"sqlite:///{tmp_path / 'there.db'}")
    with (
        db.engine.connect() as here,
        pytest.raises(CopyError, match="table reader is not the same"),
        target.engine.begin() as there,
    ):
        copy_all(ChangedOnTheWay(here), there)
    target.close()
