"""Finds the file that a broken link meant, among ten thousand, without comparing it with each."""

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

_ALIKE = 0.6  # of 1, for names
_MOST_LOOKED_AT = 2_000  # entries of the index for one link: what it costs does not grow with the library
_MOST_COMPARED = 20


class NearPaths:
    """An index of paths by their names and by three letters of their names."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in sorted(paths):
            self._by_name[_name(path)].append(path)
        self._by_letters: dict[str, list[str]] = defaultdict(list)
        for name in self._by_name:
            for letters in _letters(name):
                self._by_letters[letters].append(name)
        self._found: dict[str, str | None] = {}

    def nearest(self, path: str) -> str | None:
        """A path with the same name in the nearest folder, or else one with the most similar name, if any is."""
        if path not in self._found:
            name = _name(path)
            known = name if name in self._by_name else self._similar(name)
            candidates = self._by_name[known][:_MOST_LOOKED_AT] if known else []
            self._found[path] = max(candidates, key=lambda other: _shared_folders(path, other), default=None)
        return self._found[path]

    def _similar(self, name: str) -> str | None:
        counts = Counter(self._with_same_letters(name))
        rated = [
            (ratio, other)
            for other, _ in counts.most_common(_MOST_COMPARED)
            if (ratio := SequenceMatcher(None, name, other).ratio()) >= _ALIKE
        ]
        return max(rated)[1] if rated else None

    def _with_same_letters(self, name: str) -> Iterator[str]:
        """Names that share three letters, the rarest letters first."""
        left = _MOST_LOOKED_AT
        lists = [self._by_letters[letters] for letters in _letters(name) if letters in self._by_letters]
        for names in sorted(lists, key=len):
            yield from names[:left]
            left = max(0, left - len(names))


def _name(path: str) -> str:
    return posixpath.basename(path).casefold()


def _letters(name: str) -> set[str]:
    padded = f" {name} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def _shared_folders(path: str, other: str) -> int:
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(first == second for first, second in pairs)
