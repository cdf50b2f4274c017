"""Finds the file that a path means elsewhere: `/how/setup/` is how/setup.md in Hugo, Jekyll and MkDocs, whatever
the case of its letters; a folder is the file that stands for it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath

from articles.loading.file_names import ENDINGS, is_index
from articles.web_address import normalize_path

_ENDING = re.compile(r"\.(?:md|markdown|html?)\Z")
_DATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)-(.+)")


class SitePaths:
    """The files by the paths that other programs give them. `urls` are by path, `old_paths` lead to paths.

    Each index is made when the first link needs it: most say the name of a file, and a change has few links.
    """

    def __init__(self, urls: Mapping[str, str], old_paths: Mapping[str, str]) -> None:
        self._urls, self._old_paths = urls, old_paths

    @cached_property
    def _by_file(self) -> dict[str, list[str]]:
        index = defaultdict[str, list[str]](list)
        for path in self._urls:
            index[_key(path)].append(path)
        return index

    @cached_property
    def _by_site_path(self) -> dict[str, list[str]]:
        index = defaultdict[str, list[str]](list)
        for path, url in self._urls.items():
            for key in {_key(path), *_keys_in_exam(path, url)}:
                index[key].append(path)
        return index

    def file(self, path: str) -> str | None:
        """The file at a path from the content folder, if its name differs only in case or ending."""
        found = self._by_file.get(_key(path), [])
        return found[0] if len(found) == 1 else None

    def page(self, site_path: str, exam: str) -> str | None:
        """The file of a path of the site; of several, that in the exam of whoever links to it."""
        if old := self._old_paths.get(normalize_path(site_path)):
            return old
        found: Iterable[str] = self._by_site_path.get(_key(site_path), [])
        for files in (list(found), [path for path in found if path.startswith(f"{exam}/")]):
            if len(files) == 1:
                return files[0]
        return None


def _key(path: str) -> str:
    """What all paths to a file have in common."""
    plain = _ENDING.sub("", path.strip("/").casefold())
    return (plain.rpartition("/")[0] if is_index(f"{plain}{ENDINGS[0]}") else plain).strip("/")


def _keys_in_exam(path: str, url: str) -> Iterator[str]:
    """Paths from the exam's folder, where another program had its root; a post's has its day as well."""
    inner = path.partition("/")[2]
    yield _key(inner)
    file = PurePosixPath(inner)
    if dated := _DATED.fullmatch(file.stem):
        year, month, day, name = dated.groups()
        for slug in {name, url.rstrip("/").rpartition("/")[2]}:
            for folder in {"", f"{file.parent}/"}:
                yield _key(f"{folder}{year}/{month}/{slug}")
                yield _key(f"{folder}{year}/{month}/{day}/{slug}")
