"""What the stand-in remembers: every object by its id, in memory, and in a SQLite file if asked."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from payments.standin.errors import Json


class Store:
    """Objects by id, in the order in which they were made. The caller holds the lock.

    Fields that begin with ``_`` are the stand-in's own notes; the API never shows them.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._objects: dict[str, Json] = {}
        self._changed: dict[str, Json] = {}
        self._file = _open(path) if path else None
        if self._file:
            for id, body in self._file.execute("SELECT id, body FROM objects ORDER BY rowid"):
                self._objects[id] = json.loads(body)

    def save(self, obj: Json) -> Json:
        """Keep a new object, or what has changed of an old one."""
        self._objects[obj["id"]] = self._changed[obj["id"]] = obj
        return obj

    def remove(self, id: str) -> None:
        """Forget an object; unknown ids are fine."""
        self._objects.pop(id, None)
        self._changed.pop(id, None)
        if self._file:
            self._file.execute("DELETE FROM objects WHERE id = ?", (id,))

    def find(self, kind: str, id: str) -> Json | None:
        """The object of this kind, or None."""
        obj = self._objects.get(id)
        return obj if obj is not None and obj["object"] == kind else None

    def get(self, id: str) -> Json:
        """The object of any kind. Raises KeyError."""
        return self._objects[id]

    def all(self, kind: str) -> list[Json]:
        """All objects of a kind, oldest first."""
        return [obj for obj in self._objects.values() if obj["object"] == kind]

    def commit(self) -> None:
        """Write what has changed to the file, in one transaction."""
        if self._file:
            rows = [(id, json.dumps(obj)) for id, obj in self._changed.items()]
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


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # One connection for all threads: the world's lock stands in front of it.
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    return file
