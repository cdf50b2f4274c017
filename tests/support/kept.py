"""Statements and connections that outlive a test: making them anew took a third of the time of every test.

SQLAlchemy turns each statement into SQL once for an engine, and every test makes engines. PostgreSQL starts a process
for each connection. Nothing that a test could notice is kept: the SQL depends on the statement and the kind of
database alone, and a connection that is not at rest when a test ends is cut (tests/support/test_database.py).
"""

import weakref
from collections import defaultdict
from typing import Any

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from carrel import db
from carrel.db import Database

MOST_STATEMENTS = 3_000
_statements: dict[type, LRUCache[Any, Any]] = defaultdict(lambda: LRUCache(MOST_STATEMENTS))
_at_rest: dict[URL, list[dict[str, Any]]] = {}
_begin, _close = Database.__init__, Database.close


def keep_statements_and_connections() -> None:
    """From now on, in this process."""
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    DefaultDialect.__eq__ = _same_dialect  # type: ignore[assignment, method-assign]
    db.create_engine = _with_known_statements  # type: ignore[attr-defined]
    Database.__init__ = _begin_with_kept  # type: ignore[method-assign]
    Database.close = _rest  # type: ignore[method-assign]


def keep_connections_to(url: str) -> None:
    """Of a PostgreSQL database that many tests of this process use, one after the other."""
    _at_rest[_address(url)] = []


def close_all() -> None:
    """Close every connection that is kept."""
    while _at_rest:
        for engines in _at_rest.popitem()[1]:
            kept = Database.__new__(Database)
            kept.__dict__.update(engines)
            _close(kept)


def _same_dialect(self: DefaultDialect, other: object) -> bool:
    return self is other or (type(self) is type(other) and _traits(self) == _traits(other))


def _traits(dialect: Any) -> tuple[object, ...]:
    return dialect.dbapi, dialect.paramstyle, dialect.server_version_info


def _with_known_statements(*arguments: Any, **options: Any) -> Engine:
    engine = create_engine(*arguments, **options)
    engine._compiled_cache = _statements[type(engine.dialect)]
    return engine


def _address(url: str) -> URL:
    return db._with_driver(make_url(url))


def _begin_with_kept(self: Database, url: str) -> None:
    free = _at_rest.get(_address(url))
    if free:
        self.__dict__.update(free.pop())
    else:
        _begin(self, url)
    if free is not None:  # some are made for their address alone, and never closed
        self.__dict__["put_by"] = weakref.finalize(self, _put_by, dict(self.__dict__))


def _rest(self: Database) -> None:
    """Put the engines by, once, for the next `Database` of the same address; close them if nobody will ask."""
    self.__dict__.get("put_by", lambda: _close(self))()


def _put_by(engines: dict[str, Any]) -> None:
    _at_rest.get(engines["url"], []).append(engines)
