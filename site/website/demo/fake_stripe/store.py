"""Storage of all objects by id: in memory, and optionally in a SQLite file."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from website.demo.fake_stripe.errors import Json


class ObjectStore:
    """Objects by id, in the order of their creation. The caller holds the lock.

    Fields that begin with ``_`` are internal; the API never shows them.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._objects: dict[str, Json] = {}
        self._kinds: dict[str, dict[str, Json]] = {}
        self._changed: dict[str, Json] = {}
        self._file = _open(path) if path else None
        if self._file:
            for (body,) in self._file.execute("SELECT body FROM objects ORDER BY rowid"):
                self._add(json.loads(body))

    def save(self, obj: Json) -> Json:
        """Add or update an object."""
        self._changed[obj["id"]] = self._add(obj)
        return obj

    def remove(self, object_id: str) -> None:
        """Remove an object, if it exists."""
        removed = self._objects.pop(object_id, None)
        if removed:
            del self._kinds[removed["object"]][object_id]
        self._changed.pop(object_id, None)
        if self._file:
            self._file.execute("DELETE FROM objects WHERE id = ?", (object_id,))

    def find(self, kind: str, object_id: str) -> Json | None:
        """The object of this kind, or None."""
        obj = self._objects.get(object_id)
        return obj if obj is not None and obj["object"] == kind else None

    def get(self, object_id: str) -> Json:
        """The object of any kind. Raises KeyError."""
        return self._objects[object_id]

    def all(self, kind: str) -> list[Json]:
        """All objects of a kind, oldest first."""
        return list(self._kinds.get(kind, {}).values())

    def commit(self) -> None:
        """Write the changes to the file, in one transaction."""
        if self._file:
            rows = [(object_id, json.dumps(obj)) for object_id, obj in self._changed.items()]
            self._file.executemany(
                "INSERT INTO objects (id, body) VALUES (?, ?) "
                "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                rows,
            )
            self._file.commit()
        self._changed.clear()

    def close(self) -> None:
        """Close the file, without a commit."""
        if self._file:
            self._file.close()
            self._file = None

    def _add(self, obj: Json) -> Json:
        self._kinds.setdefault(obj["object"], {})[obj["id"]] = obj
        self._objects[obj["id"]] = obj
        return obj


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # One connection for all threads, behind the account's lock.
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("CREATE TABLE IF NOT EXISTS objects (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    return file
