"""A backup of the other kind of database becomes one of this site's kind, with the schema that it was made with.

It is turned into the file that a backup of this kind would have held. From there on a restoration knows no difference.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL

from carrel.db import Database
from carrel.tokens import new_token
from website.backup import postgres_copy, sqlite_copy
from website.backup.archive import Manifest
from website.backup.errors import BackupCopyError
from website.database_copy.copy import CopyError, copy_all
from website.database_copy.postgres_dump import PostgresDump
from website.database_copy.sides import RowSource, side_of
from website.migrations.upgrade import upgrade_to


def to_sqlite(folder: Path, manifest: Manifest) -> None:
    """Make the SQLite file that an unpacked dump of PostgreSQL stands for. Raises `BackupError`."""
    dump = folder / postgres_copy.NAME
    source = PostgresDump(lambda *options: postgres_copy.statements(dump, *options))
    _fill(f"sqlite:///{folder / sqlite_copy.NAME}", manifest.revision, source)


def to_postgres(folder: Path, manifest: Manifest, url: URL) -> None:
    """Make the dump of PostgreSQL that an unpacked SQLite file stands for, in a scratch database beside this one.

    Raises `BackupError`.
    """
    with scratch_database(url) as scratch:
        source = Database(f"sqlite:///{folder / sqlite_copy.NAME}")
        try:
            with source.engine.connect() as connection:
                _fill(scratch.render_as_string(hide_password=False), manifest.revision, side_of(connection))
        finally:
            source.close()
        postgres_copy.dump(scratch, folder / postgres_copy.NAME)


@contextmanager
def scratch_database(url: URL, purpose: str = "convert") -> Iterator[URL]:
    """An empty database beside this one, until the block ends. Raises `BackupCopyError`."""
    name = f"carrel_{purpose}_{new_token()[:12].lower()}"
    scratch = postgres_copy.scratch(url, name)
    try:
        yield scratch
    finally:
        postgres_copy.drop_scratch(url, name)


def _fill(url: str, revision: str, source: RowSource) -> None:
    target = Database(url)
    try:
        upgrade_to(target, revision)
        with target.engine.begin() as connection:
            copy_all(source, connection)
    except CopyError as error:
        raise BackupCopyError(str(error)) from error
    finally:
        target.close()
