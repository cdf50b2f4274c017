"""What the stand-in remembers: every object by its id, in memory, and in a SQLite file if asked."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from website.demo.fake_stripe.errors import Json


class ObjectStore:
    """Objects by id, in the order in which they were made. The caller holds the lock.

    Fields that begin with ``_`` are the stand-in's own notes; the API never shows them.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._objects: dict[str, Json] = {}
        self._kinds: dict[str, dict[str, Json]] = {}
        self._changed: dict[str, Json] = {}
        self._file = _open(path) if path else None
        if self._file:
            for (body,) in self._file.execute("SELECT body FROM objects ORDER BY rowid"):
                self._keep(json.loads(body))

    def save(self, obj: Json) -> Json:
        """Keep a new object, or what has changed of an old one."""
        self._changed[obj["id"]] = self._keep(obj)
        return obj

    def remove(self, ident: str) -> None:
        """Forget an object; unknown ids are fine."""
        gone = self._objects.pop(ident, None)
        if gone:
            del self._kinds[gone["object"]][ident]
        self._changed.pop(ident, None)
        if self._file:
            self._file.execute("DELETE FROM objects WHERE id = ?", (ident,))

    def find(self, kind: str, ident: str) -> Json | None:
        """The object of this kind, or None."""
        obj = self._objects.get(ident)
        return obj if obj is not None and obj["object"] == kind else None

    def get(self, ident: str) -> Json:
        """The object of any kind. Raises KeyError."""
        return self._objects[ident]

    def all(self, kind: str) -> list[Json]:
        """All objects of a kind, oldest first."""
        return list(self._kinds.get(kind, {}).values())

    def commit(self) -> None:
        """Write what has changed to the file, in one transaction."""
        if self._file:
            rows = [(ident, json.dumps(obj)) for ident, obj in self._changed.items()]
            self._file.executemany(
                "INSERT INTO objects (id, body) VALUES (?, ?) "
                "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                rows,
            )
            self._file.commit()
        self._changed.clear()

    def close(self) -> None:
        """Close the file; what was committed is in it."""
        if self._file:
            self._file.close()
            self._file = None

    def _keep(self, obj: Json) -> Json:
        self._kinds.setdefault(obj["object"], {})[obj["id"]] = obj
        self._objects[obj["id"]] = obj
        return obj


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # One connection for all threads: the world's lock stands in front of it.
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    return file
