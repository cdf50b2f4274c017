"""Which file is at which address, and what a link written in one file means."""

import posixpath
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

FIXED = frozenset({"/", "/search", "/pass/", "/subscribe/", "/sign-in/", "/account/", "/newsletter/archive/"})


class Addresses:
    """The addresses of all articles and pages, by the path of the file."""

    def __init__(self, by_path: Mapping[str, str], others: Iterable[str] = ()) -> None:
        self.by_path = dict(by_path)
        self._urls = frozenset(self.by_path.values()) | frozenset(others) | FIXED

    def url(self, path: str) -> str | None:
        """The address of the article or page in this file."""
        return self.by_path.get(path)

    def is_page(self, url: str) -> bool:
        """Whether a path of the site, written out, is one that links may use."""
        return url in self._urls

    def nearest(self, path: str) -> str:
        """What an author may have meant by a path that does not exist."""
        name = posixpath.basename(path)
        same = [known for known in self.by_path if posixpath.basename(known) == name]
        near = same or get_close_matches(path, list(self.by_path), 1, 0.6)
        return f"Did you mean {near[0]}?" if near else "Write the file's name as it stands in the folder."


def target(path: str, written: str) -> str:
    """The path, from the content folder, that a link written in the file at `path` means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), written))
