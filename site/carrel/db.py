"""The database: one place that knows SQLite from PostgreSQL.

Domain code takes a plain `Session`. `Database.read()` gives one that cannot write, `Database.write()` one whose transaction
begins with the write lock held, so that no reader is upgraded half way (SQLite would say "database is locked").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pysqlite3
from sqlalchemy import DateTime, Engine, MetaData, Select, create_engine, event, inspect, literal, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Connection, Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeDecorator

from carrel.compiled_update import CompiledUpdate
from carrel.private_file import keep_private

BUSY_TIMEOUT_MS = 5_000
FIRST_SAFE_SQLITE = (3, 51, 3)  # fixes https://sqlite.org/wal.html#walresetbug
FULL, NORMAL = 2, 1
PRAGMAS = {
    "journal_mode": "wal",
    "foreign_keys": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "synchronous": FULL,  # this file holds money
    "trusted_schema": 0,
    "secure_delete": 1,  # an erased address leaves no free page behind
}

READ_ONLY_NAME = "carrel (read-only)"  # how a process that writes nothing calls itself to PostgreSQL
DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


class DatabaseUnusableError(Exception):
    """The database cannot be used as it is; the message says why and what to do."""


class ReadOnlyError(SQLAlchemyError):
    """Nothing may be written now: the site is read-only (`READ_ONLY`), as while it moves to another database."""


class Base(DeclarativeBase):
    """The parent of every model, with names for all constraints so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases. A naive one is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without a zone cannot be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Engines for reading and for writing, over one database. One that is `read_only` refuses to write."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.url = _with_driver(make_url(url))
        self.is_read_only = read_only
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = self._engine()
        self._reader = self._engine(read_only=True)
        self._compiled = self._engine(compiled=True)

    def _engine(self, **kind: bool) -> Engine:
        if self.is_sqlite:
            return keep_private(_sqlite(self.url, **kind))
        return _postgres(self.url, name=READ_ONLY_NAME if self.is_read_only else "carrel", **kind)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations, backup and tools."""
        return self._writer

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that cannot change anything: the database itself refuses."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one write transaction: committed at the end, rolled back on any exception.

        Raises `ReadOnlyError`.
        """
        if self.is_read_only:
            raise ReadOnlyError("READ_ONLY is set: nothing may be written.")
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    def compiled_update(self, statement: ReturningUpdate[tuple[int]]) -> CompiledUpdate:
        """For an update that is made hundreds of times a second, such as that a mail was sent.

        On SQLite these survive a crash of ours, but the last ones perhaps not a power failure: the next ordinary
        commit makes them durable. The caller must be able to find out what a reboot took.
        """
        return CompiledUpdate(self._compiled, statement)

    def analyze(self, *tables: str) -> None:
        """Tell PostgreSQL what its tables hold: by itself it learns it a minute later (its manual, 25.1.3)."""
        if not self.is_sqlite:
            with self._writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(tables)}")

    def close(self) -> None:
        """Give every connection back."""
        self._compiled.dispose()
        self._writer.dispose()
        self._reader.dispose()


def insert_into(session: Session, model: type[Base]) -> sqlite.Insert:
    """An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`, in this database's dialect."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(model)
    from sqlalchemy.dialects import postgresql  # takes a while, and a site on SQLite needs none of it

    return cast("sqlite.Insert", postgresql.insert(model))  # it has the same methods


def insert_new(session: Session, model: type[Base], **values: object) -> bool:
    """Add a row unless one of its unique keys is taken. Whether it was added.

    This is how idempotency is had: two processes that say the same thing at once make one row.
    """
    adding = insert_into(session, model).values(**values).on_conflict_do_nothing()
    return session.execute(adding.returning(*inspect(model).primary_key)).first() is not None


def insert_or_update(
    session: Session, model: type[Base], rows: Iterable[Mapping[str, object]], *, if_later: str = ""
) -> None:
    """Add rows, or let them replace those of the same primary key; with `if_later`, only where that column rises."""
    if added := list(rows):
        adding, table = insert_into(session, model), inspect(model)
        adding = adding.on_conflict_do_update(
            index_elements=table.primary_key,
            set_={name: adding.excluded[name] for name in added[0] if not table.columns[name].primary_key},
            where=table.columns[if_later] < adding.excluded[if_later] if if_later else None,
        )
        session.execute(adding, added)


def insert_selected(
    session: Session, model: type[Base], columns: Sequence[str], rows: Select[*tuple[Any, ...]]
) -> None:
    """Add the rows that a query finds, unless one of their unique keys is taken: many at once."""
    # SQLite reads "… JOIN t ON CONFLICT" as the join's condition, unless a WHERE stands between.
    rows = rows.where(literal(1) == 1)
    session.execute(insert_into(session, model).from_select(columns, rows).on_conflict_do_nothing())


def _with_driver(url: URL) -> URL:
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise DatabaseUnusableError("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url


def _postgres(url: URL, *, name: str, read_only: bool = False, compiled: bool = False) -> Engine:
    more = 24 if compiled else 8  # one for each connection to the mail server
    # Else the driver reads what a database in SQL_ASCII says as bytes, and nothing can be said about its encoding.
    arguments = {"application_name": name, "client_encoding": "utf8"}
    sizes = {"pool_size": 8, "max_overflow": more}
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=arguments, **sizes)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        # As patient as SQLite: a table that somebody locks must not hold every thread of the site for good.
        connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        # A commit that the next crash may undo is none: here is money, whatever the server was set to.
        connection.execute(DURABLE)
        connection.commit()

    if compiled:  # one statement, which commits itself
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def _sqlite(url: URL, *, read_only: bool = False, compiled: bool = False) -> Engine:
    style = "named" if compiled else "qmark"
    sizes = {"pool_size": 8, "max_overflow": 24}
    engine = create_engine(url, module=pysqlite3, paramstyle=style, hide_parameters=True, **sizes)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own accord
        set_pragmas(connection, NORMAL if compiled else FULL)
        connection.execute(f"PRAGMA query_only = {read_only:d}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        if not compiled:
            connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def set_pragmas(connection: Any, synchronous: int = FULL) -> None:
    """Set what a connection needs, then ask for each again: SQLite ignores a pragma it cannot obey.

    Raises `DatabaseUnusableError` when the library is too old or a pragma did not take.
    """
    if pysqlite3.sqlite_version_info < FIRST_SAFE_SQLITE:
        raise DatabaseUnusableError(
            f"SQLite {pysqlite3.sqlite_version} can damage a database in WAL mode; 3.51.3 or later is needed."
        )
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    for name, wanted in (PRAGMAS | {"synchronous": synchronous}).items():
        if _pragma(connection, name) != wanted:
            connection.execute(f"PRAGMA {name} = {wanted}")
        if (actual := _pragma(connection, name)) != wanted:
            raise DatabaseUnusableError(f"SQLite kept {name} = {actual!r} where {wanted!r} is needed.")


def _pragma(connection: Any, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]
