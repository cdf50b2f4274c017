"""Which article `[[Note]]` means: by the file's name, as in Obsidian, or by its title."""

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from articles.loading.file_names import is_index, slug_of


class Notes:
    """An index of the articles by name and by title, made when the first one is asked for."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        """`titles` has the title of each article by its path."""
        self._titles = titles
        self._by_key: dict[str, list[str]] = {}

    def paths_of(self, name: str, path: str) -> list[str]:
        """The files that a name may mean in the file at `path`, as a link there would have them.

        Names come before titles, whole names before those that only read alike (`NAT gateway` for `nat-gateway`), and
        the folder of the file before others.
        """
        if not self._by_key:
            self._by_key = self._index()
        wanted = _plain(posixpath.normpath(name.removesuffix(".md")).lstrip("./"))
        last = wanted.rpartition("/")[2]
        for key in (f"name {last}", f"title {wanted}", f"slug {slug_of(f'{last}.md')}"):
            paths = [
                each for each in self._by_key.get(key, []) if "/" not in wanted or _ends_with(each, wanted)
            ]
            folder = posixpath.dirname(path)
            near = [each for each in paths if posixpath.dirname(each) == folder]
            if paths := near if len(near) == 1 else paths:
                return [posixpath.relpath(each, folder or ".") for each in paths]
        return []

    def _index(self) -> dict[str, list[str]]:
        by_key: dict[str, list[str]] = defaultdict(list)
        for path, title in sorted(self._titles.items()):
            stem = _stem(path)
            for key in (f"name {_plain(stem)}", f"title {_plain(title or stem)}", f"slug {slug_of(path)}"):
                by_key[key].append(path)
        return by_key


def _stem(path: str) -> str:
    name = posixpath.dirname(path) if is_index(path) else posixpath.splitext(path)[0]
    return name.rpartition("/")[2]


def _ends_with(path: str, wanted: str) -> bool:
    whole = posixpath.dirname(path) if is_index(path) else posixpath.splitext(path)[0]
    return f"/{_plain(whole)}".endswith(f"/{wanted}")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
