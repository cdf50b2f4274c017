"""Values outside of memory until each is needed: of a large library there are gigabytes."""

import pickle
from collections.abc import Iterator, MutableMapping
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar
from weakref import finalize

IN_MEMORY = 4_000_000  # bytes; most publications have fewer, and make no file
Value = TypeVar("Value")


class Spool(MutableMapping[str, Value], Generic[Value]):
    """Values by path. Each is read back when it is asked for, so keep none of them longer than needed."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile[bytes](max_size=IN_MEMORY)
        finalize(self, self._file.close)
        self._starts: dict[str, int] = {}
        self._end = 0

    def __setitem__(self, path: str, value: Value) -> None:
        self._file.seek(self._end)
        self._starts[path] = self._end
        self._end += self._file.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))

    def __getitem__(self, path: str) -> Value:
        self._file.seek(self._starts[path])
        value: Value = pickle.load(self._file)  # noqa: S301 - we wrote it a moment ago, and the file has no name
        return value

    def __delitem__(self, path: str) -> None:
        del self._starts[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._starts)

    def __len__(self) -> int:
        return len(self._starts)
