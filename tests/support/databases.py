"""Migrated databases that tests use one after the other: only what stands in them is replaced."""

import shutil
import uuid
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from carrel.db import Database
from website.migrations import migrate

# Whoever has not ended a transaction, or holds an advisory lock, would keep the next test waiting.
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (state <> 'idle' OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))
"""


def restore_sqlite(template: Path, file: Path) -> None:
    """Make the file a copy of the template. Nobody may have it open."""
    file.parent.mkdir(exist_ok=True)
    for old in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        old.unlink(missing_ok=True)
    shutil.copy(template, file)


def create_postgres(cluster: str) -> str:
    """Make a migrated database in this cluster; its URL."""
    return _create(cluster, _template(cluster))


@cache
def _template(cluster: str) -> str:
    """The name of a migrated database to copy, which is quicker than migrating each."""
    db = Database(_create(cluster, "template1"))
    migrate(db)
    db.close()
    return str(db.url.database)


def _create(cluster: str, template: str) -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return make_url(cluster).set(database=name).render_as_string(hide_password=False)


class PostgresReset:
    """Puts back what the migrations had put into a new database. Keeps a copy of it in a schema of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url, autocommit=True) as connection:
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            tables = [f'"{name}"' for (name,) in connection.execute(names)]
            filled = [
                name for name in tables if connection.execute(f"SELECT 1 FROM {name}".encode()).fetchone()
            ]
            connection.execute(b"CREATE SCHEMA seed")
            for name in filled:
                connection.execute(f"CREATE TABLE seed.{name} AS TABLE {name}".encode())
        steps = [
            END_OTHERS,
            "SET session_replication_role = replica",  # no foreign key is looked at: any order will do
            *(f"DELETE FROM {name}" for name in tables),
            *(f"INSERT INTO {name} SELECT * FROM seed.{name}" for name in filled),
            "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public'",
        ]
        self._script = ";".join(steps).encode()

    def __call__(self) -> None:
        """Do it."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(self._script)
