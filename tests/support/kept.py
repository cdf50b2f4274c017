"""Statements and connections that outlive a test: making them anew took a third of the time of every test.

SQLAlchemy turns each statement into SQL once for an engine, and every test makes engines. PostgreSQL starts a process
for each connection. Nothing that a test could notice is kept: the SQL depends on the statement and the kind of
database alone, and a connection that is not at rest when a test ends is cut (tests/support/test_database.py).
"""

import weakref
from collections import defaultdict
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from website import db
from website.db import Database

MOST_STATEMENTS = 3_000
_statements: dict[type, LRUCache[Any, Any]] = defaultdict(lambda: LRUCache(MOST_STATEMENTS))
_at_rest: dict[tuple[URL, bool], list[Engine]] = {}
_begin, _make_postgres, _close = Database.__init__, db._postgres, Database.close


def keep_statements_and_connections() -> None:
    """From now on, in this process."""
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = _same_dialect  # type: ignore[assignment, method-assign]
    db.create_engine = _with_known_statements  # type: ignore[attr-defined]
    db._postgres = _postgres
    Database.__init__ = _begin_with_kept  # type: ignore[method-assign]
    Database.close = _rest  # type: ignore[method-assign]


def keep_connections_to(url: str) -> None:
    """Of a database that many tests of this process use, one after the other."""
    for read_only in (False, True):
        _at_rest[Database(url).url, read_only] = []


def _same_dialect(self: DefaultDialect, other: object) -> bool:
    return self is other or (type(self) is type(other) and _traits(self) == _traits(other))


def _traits(dialect: Any) -> tuple[object, ...]:
    return dialect.dbapi, dialect.paramstyle, dialect.server_version_info


def _with_known_statements(*arguments: Any, **options: Any) -> Engine:
    engine = create_engine(*arguments, **options)
    engine._compiled_cache = _statements[type(engine.dialect)]
    return engine


def _postgres(url: URL, read_only: bool) -> Engine:
    free = _at_rest.get((url, read_only))
    return free.pop() if free else _make_postgres(url, read_only)


def _begin_with_kept(self: Database, url: str) -> None:
    _begin(self, url)
    if (self.url, True) in _at_rest:  # some are made for their address alone, and never closed
        weakref.finalize(self, _put_by, self.url, self._writer, self._reader)


def _rest(self: Database) -> None:
    """Put the engines by for the next `Database` of the same address; close them if nobody will ask."""
    if (self.url, True) in _at_rest:
        _put_by(self.url, self._writer, self._reader)
    else:
        _close(self)


def _put_by(url: URL, writer: Engine, reader: Engine) -> None:
    for engine, read_only in ((writer, False), (reader, True)):
        if engine not in (free := _at_rest.get((url, read_only), [engine])):
            free.append(engine)


def close_all() -> None:
    """Close every connection that is kept."""
    while _at_rest:
        for engine in _at_rest.popitem()[1]:
            engine.dispose()
