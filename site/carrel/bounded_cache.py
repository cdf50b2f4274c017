"""What a process keeps in memory, bounded by its bytes."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
SHARE_OF_NEW = 4  # one byte in so many is always left to what nobody has asked for again


class BoundedCache(Generic[Key, Value]):
    """Values by key. What was asked for again stays before what was put and never asked for, the latest before the rest.

    So whoever walks through all pages of a site once puts out what others did the same with, and no page that people read.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self.capacity_bytes = capacity_bytes
        self._new = _Part[Key, Value]()
        self._wanted = _Part[Key, Value]()
        self._lock = threading.Lock()

    @property
    def used_bytes(self) -> int:
        """How much is in use."""
        return self._new.used_bytes + self._wanted.used_bytes

    def get(self, key: Key) -> Value | None:
        """The value, which counts as asked for again; whether it is still of use is the caller's to say."""
        with self._lock:
            if kept := self._wanted.values.get(key):
                self._wanted.values.move_to_end(key)
            elif kept := self._new.take(key):
                self._wanted.put(key, *kept)
            return kept[0] if kept else None

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value of so many bytes, and drop others until all fit."""
        with self._lock:
            part = self._wanted if self._wanted.take(key) else self._new
            self._new.take(key)
            part.put(key, value, size)
            while self.used_bytes > self.capacity_bytes:
                is_new = self._new.used_bytes * SHARE_OF_NEW > self.capacity_bytes or not self._wanted.values
                (self._new if is_new else self._wanted).drop_oldest()


class _Part(Generic[Key, Value]):
    """Values in the order in which they were asked for, the longest ago first."""

    def __init__(self) -> None:
        self.values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.used_bytes = 0

    def put(self, key: Key, value: Value, size: int) -> None:
        self.values[key] = value, size
        self.used_bytes += size

    def take(self, key: Key) -> tuple[Value, int] | None:
        kept = self.values.pop(key, None)
        self.used_bytes -= kept[1] if kept else 0
        return kept

    def drop_oldest(self) -> None:
        self.take(next(iter(self.values)))
