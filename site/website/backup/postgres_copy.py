"""PostgreSQL: snapshots by pg_dump, put back by psql in one transaction."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from website.backup.contents import Contents, count_contents
from website.backup.errors import ProgramFailedError

NAME = "database.pgdump"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
SNAPSHOT = "SELECT pg_export_snapshot()"
DEBIAN = Path("/usr/lib/postgresql")
LOCK_TIMEOUT_OPTION = "-c lock_timeout=10s"  # whoever holds a table that long is a site that still runs
DROP_SCHEMA_SQL = "DROP SCHEMA public CASCADE"  # the dump makes it anew

OUR_NAMES = "SET search_path TO public"  # the dump leaves it empty


def dump(url: URL, copy: Path) -> Contents:
    """One consistent snapshot, and what it holds. Raises `ProgramFailedError`."""
    with psycopg.connect(_libpq(url), autocommit=False) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute(SNAPSHOT).fetchone()
        assert row  # noqa: S101 - narrows the type
        options = ("--format=custom", "--no-owner", "--no-privileges", "--schema=public")
        _run(url, "pg_dump", *options, f"--snapshot={row[0]}", f"--file={copy}")
        return count_contents(connection, [name for (name,) in connection.execute(TABLES)])


def count(url: URL) -> Contents:
    """What a database holds."""
    with psycopg.connect(_libpq(url)) as connection:
        return count_contents(connection, [name for (name,) in connection.execute(TABLES)])


def is_empty(url: URL) -> bool:
    """Whether the database has no schema of ours yet."""
    with psycopg.connect(_libpq(url)) as connection:
        return connection.execute(f"{TABLES} AND tablename = 'alembic_version'").fetchone() is None


def as_statements(copy: Path, script: Path) -> None:
    """Write a dump out as SQL, which reads all of it. Raises `ProgramFailedError`."""
    _run(None, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(copy))


def statements(copy: Path, *options: str) -> Iterator[str]:
    """A dump as SQL, line by line, or the part of it that these options of pg_restore name."""
    command = [_find("pg_restore"), *options, "--file=-", str(copy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout  # noqa: S101 - narrows the type
        yield from process.stdout
    if process.returncode:
        raise ProgramFailedError("pg_restore", "")


def install(url: URL, script: Path, and_then: list[str]) -> None:
    """Put a dump in place of everything, with further statements: one transaction, all of it or nothing."""
    after = [part for statement in [OUR_NAMES, *and_then] for part in ("--command", statement)]
    before = ["--command", DROP_SCHEMA_SQL]
    _run(url, "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", *before, "-f", str(script), *after)


def row_counts_sql(wanted: Contents) -> str:
    """A statement that fails unless the database holds these rows."""
    tests = [
        f"IF (SELECT count(*) FROM {name}) <> {count} THEN RAISE 'rows are missing in {name}'; END IF;"  # noqa: S608 - the manifest's names are plain words
        for name, count in wanted.rows.items()
    ]
    return f"DO $$ BEGIN {' '.join(tests)} END $$"


def scratch(url: URL, name: str) -> URL:
    """Make an empty database beside ours."""
    with psycopg.connect(_libpq(url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0".encode())
    return url.set(database=name)


def drop_scratch(url: URL, name: str) -> None:
    """Throw it away."""
    with psycopg.connect(_libpq(url), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(url: URL | None, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs. The password is in no command line, as others can read those."""
    where, environ = [], os.environ | {"PGOPTIONS": LOCK_TIMEOUT_OPTION}
    if url is not None:
        where = ["--dbname", _libpq(url._replace(password=None))]
        environ |= {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(
        [_find(program), *where, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ProgramFailedError(program, done.stderr)


def _find(program: str) -> str:
    debian = (str(path / "bin" / program) for path in sorted(DEBIAN.glob("*"), reverse=True))
    path_found = next((path for path in debian if Path(path).exists()), None) or shutil.which(program)
    if path_found is None:
        raise ProgramFailedError(program, "it is not installed: apt install postgresql-client")
    return path_found
