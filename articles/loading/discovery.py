"""The content folder: which files are articles of which exam, which are plain pages, which are neither."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from articles.loading import exam_file
from articles.render import Problem

PAGES = "pages"
KNOWN_PAGES = ("about", "contact", "privacy", "terms")
_NO_ARTICLES = {"readme.md"}


class ContentNotFoundError(Exception):
    """There is no content folder at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no folder {path}: make one with `carrel init`, or name yours with CARREL_CONTENT."
        )
        self.path = path


class Listed(NamedTuple):
    """A Markdown file: its path from the content folder, and the folder of its exam."""

    path: str
    exam: str


@dataclass
class Tree:
    """What the content folder holds. Problems by path."""

    root: Path
    exams: list[str] = field(default_factory=list)
    articles: list[Listed] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    problems: dict[str, list[Problem]] = field(default_factory=dict)

    def report(self, path: str, code: str, message: str, mend: str) -> None:
        """Note a problem with a whole file or folder."""
        self.problems.setdefault(_printable(path), []).append(Problem(1, code, message, mend))


def survey(root: Path) -> Tree:
    """List the content folder. Raises `ContentNotFoundError`."""
    if not root.is_dir():
        raise ContentNotFoundError(root)
    tree = Tree(root.resolve())
    for folder, entry in _entries(tree, ""):
        if _is_folder(entry) and _is_inside(tree, folder, entry):
            _take_folder(tree, folder)
    return tree


def _take_folder(tree: Tree, folder: str) -> None:
    found = list(_markdown(tree, folder, ()))
    if folder == PAGES:
        tree.pages = sorted(path for path in found if _is_known_page(tree, path))
    elif (tree.root / folder / exam_file.NAME).exists():
        tree.exams.append(folder)
        tree.articles.extend(Listed(path, folder) for path in found)
    elif found:
        mend = f"Add an {exam_file.NAME} to the folder, or move the articles into an exam's folder."
        tree.report(folder, "no-exam", f"The folder has articles and no {exam_file.NAME}.", mend)


def _is_known_page(tree: Tree, path: str) -> bool:
    if path in {f"{PAGES}/{name}.md" for name in KNOWN_PAGES}:
        return True
    tree.report(
        path, "unknown-page", "The site has no such page.", f"Its pages are: {', '.join(KNOWN_PAGES)}."
    )
    return False


def _markdown(tree: Tree, folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """The Markdown files under a folder; `above` are the folders that led here, by device and inode."""
    try:
        found = (tree.root / folder).stat()
    except OSError as wrong:
        tree.report(
            folder, "unreadable", f"The folder cannot be read: {wrong.strerror}.", "Mend its permissions."
        )
        return
    if (here := (found.st_dev, found.st_ino)) in above:
        tree.report(folder, "symlink-loop", "The link leads back to a folder above it.", "Remove the link.")
        return
    for path, entry in _entries(tree, folder):
        if _is_folder(entry):
            if _is_inside(tree, path, entry):
                yield from _markdown(tree, path, (*above, here))
        elif path.lower().endswith(".md") and _is_article(tree, path, entry):
            yield path


def _entries(tree: Tree, folder: str) -> list[tuple[str, os.DirEntry[str]]]:
    """What is in a folder, but for hidden and private things, by path."""
    start = f"{folder}/" if folder else ""
    try:
        with os.scandir(tree.root / folder) as entries:
            found = [
                (start + entry.name, entry) for entry in entries if not entry.name.startswith((".", "_"))
            ]
    except OSError as wrong:
        tree.report(
            folder or ".",
            "unreadable",
            f"The folder cannot be read: {wrong.strerror}.",
            "Mend its permissions.",
        )
        return []
    return sorted(found, key=itemgetter(0))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False


def _is_article(tree: Tree, path: str, entry: os.DirEntry[str]) -> bool:
    if entry.name.lower() in _NO_ARTICLES:
        return False
    if path != _printable(path) or not path.endswith(".md"):
        tree.report(
            path, "bad-name", "The file's name is unusual.", "Rename it: plain letters, ending in .md"
        )
        return False
    return _is_inside(tree, path, entry)


def _is_inside(tree: Tree, path: str, entry: os.DirEntry[str]) -> bool:
    if not entry.is_symlink():
        return True
    try:
        inside = (tree.root / path).resolve(strict=True).is_relative_to(tree.root)
    except FileNotFoundError:
        tree.report(path, "symlink-broken", "The link leads to nothing.", "Remove the link.")
        return False
    except (OSError, RuntimeError):  # Python 3.11 and 3.12 raise RuntimeError on a loop
        tree.report(path, "symlink-loop", "The link leads back to itself.", "Remove the link.")
        return False
    if not inside:
        tree.report(
            path, "symlink-outside", "The link leads out of the content folder.", "Copy the file instead."
        )
    return inside


def _printable(path: str) -> str:
    return path if path.isascii() else path.encode("utf-8", "backslashreplace").decode()
