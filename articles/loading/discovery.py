"""Scans the content folder: which files are articles of which exam, which are plain pages, which are neither."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from articles.loading.exam_file import EXAM_FILE
from articles.loading.file_names import index_rank, is_article, is_index, looks_like_article
from articles.problems import Problem, ProblemsByPath

PAGES_FOLDER = "pages"
PAGE_NAMES = ("about", "contact", "privacy", "terms")


class ContentNotFoundError(Exception):
    """There is no content folder at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no folder {path}: make one with `carrel init`, or name yours with CARREL_CONTENT."
        )
        self.path = path


class DiscoveredArticle(NamedTuple):
    """A Markdown file in an exam's folder; `path` is relative to the content folder."""

    path: str
    exam: str


@dataclass
class ContentFolder:
    """What the content folder holds."""

    root: Path
    exams: list[str] = field(default_factory=list)
    articles: list[DiscoveredArticle] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # files that an author may take for articles
    problems: ProblemsByPath = field(default_factory=dict)

    def add_problem(self, path: str, code: str, message: str, hint: str) -> None:
        """Record a problem with a whole file or folder."""
        self.problems.setdefault(_printable(path), []).append(Problem(1, code, message, hint))


def scan_content(root: Path) -> ContentFolder:
    """Scan the content folder. Raises `ContentNotFoundError`."""
    if not root.is_dir():
        raise ContentNotFoundError(root)
    scanner = ContentScanner(root.resolve())
    scanner.scan()
    return scanner.content


class ContentScanner:
    """Scans one content folder and collects what it finds in `content`."""

    def __init__(self, root: Path) -> None:
        self.content = ContentFolder(root)

    def scan(self) -> None:
        """Scan the top folders."""
        for path, entry in self._entries(""):
            if _is_folder(entry):
                if self._is_inside(path, entry):
                    self._scan_top_folder(path)
            elif looks_like_article(entry.name):
                self.content.skipped.append(_printable(path))
        self.content.skipped.sort()

    def _scan_top_folder(self, folder: str) -> None:
        paths = list(self._markdown_files(folder, ()))
        if folder == PAGES_FOLDER:
            self.content.pages = sorted(path for path in paths if self._is_known_page(path))
        elif (self.content.root / folder / EXAM_FILE).exists():
            self.content.exams.append(folder)
            self.content.articles.extend(DiscoveredArticle(path, folder) for path in paths)
        elif paths:
            message = f"The folder has articles but no {EXAM_FILE}."
            hint = f"Add an {EXAM_FILE} to the folder, or move the articles into an exam's folder."
            self.content.add_problem(folder, "no-exam", message, hint)

    def _is_known_page(self, path: str) -> bool:
        if path in {f"{PAGES_FOLDER}/{name}.md" for name in PAGE_NAMES}:
            return True
        hint = f"Its pages are: {', '.join(PAGE_NAMES)}."
        self.content.add_problem(path, "unknown-page", "The site has no such page.", hint)
        return False

    def _markdown_files(self, folder: str, parents: tuple[tuple[int, int], ...]) -> Iterator[str]:
        """The Markdown files under a folder; `parents` are the folders above it, by device and inode."""
        try:
            stat = (self.content.root / folder).stat()
        except OSError as error:
            self._add_unreadable_folder(folder, error)
            return
        if (inode := (stat.st_dev, stat.st_ino)) in parents:
            message = "The link points to a folder above it."
            self.content.add_problem(folder, "symlink-loop", message, "Remove the link.")
            return
        entries = self._entries(folder)
        index = _index_of([entry.name for _, entry in entries], is_exam="/" not in folder)
        for path, entry in entries:
            if _is_folder(entry):
                if self._is_inside(path, entry):
                    yield from self._markdown_files(path, (*parents, inode))
            elif is_article(entry.name) and (entry.name == index or not is_index(entry.name)):
                if self._is_usable(path, entry):
                    yield path
            elif looks_like_article(entry.name):
                self.content.skipped.append(_printable(path))

    def _entries(self, folder: str) -> list[tuple[str, os.DirEntry[str]]]:
        """The entries of a folder with their paths, in order, without hidden and private ones."""
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(self.content.root / folder) as scan:
                entries = [(prefix + entry.name, entry) for entry in scan if self._is_seen(prefix, entry)]
        except OSError as error:
            self._add_unreadable_folder(folder or ".", error)
            return []
        return sorted(entries, key=itemgetter(0))

    def _add_unreadable_folder(self, folder: str, error: OSError) -> None:
        message = f"The folder cannot be read: {error.strerror}."
        self.content.add_problem(folder, "unreadable", message, "Correct its permissions.")

    def _is_seen(self, prefix: str, entry: os.DirEntry[str]) -> bool:
        """Whether an entry is neither hidden nor private; what an author may miss of those is noted."""
        if is_article(entry.name) and prefix:
            return True
        if entry.name.startswith("_") and not entry.is_symlink():
            if _is_folder(entry):
                folders = os.walk(entry.path, onerror=None)
                names = [f"{path}/{name}" for path, _, files in folders for name in sorted(files)]
            else:
                names = [entry.path]
            found = [name for name in names if looks_like_article(os.path.basename(name))]  # noqa: PTH119
            start = len(f"{self.content.root}/")
            self.content.skipped += [_printable(name[start:]) for name in found]
        return not entry.name.startswith((".", "_"))

    def _is_usable(self, path: str, entry: os.DirEntry[str]) -> bool:
        if path != _printable(path):
            hint = "Rename it in UTF-8."
            self.content.add_problem(path, "bad-name", "The file's name is not valid UTF-8.", hint)
            return False
        return self._is_inside(path, entry)

    def _is_inside(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Whether an entry, if it is a symbolic link, stays inside the content folder."""
        if not entry.is_symlink():
            return True
        try:
            if (self.content.root / path).resolve(strict=True).is_relative_to(self.content.root):
                return True
            problem = (
                "symlink-outside",
                "The link points outside the content folder.",
                "Copy the file instead.",
            )
        except FileNotFoundError:
            problem = ("symlink-broken", "The link is broken.", "Remove the link.")
        except (OSError, RuntimeError):  # Python 3.11 and 3.12 raise RuntimeError on a loop
            problem = ("symlink-loop", "The link points to itself.", "Remove the link.")
        self.content.add_problem(path, *problem)
        return False


def _index_of(names: list[str], *, is_exam: bool) -> str | None:
    """The file that stands for its folder. An exam has a page, so its README is about the files."""
    indexes = [name for name in names if is_index(name) and is_article(name)]
    found = min(indexes, key=index_rank, default=None)
    return None if found and is_exam and index_rank(found) else found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symbolic link to itself
        return False


def _printable(path: str) -> str:
    return path if path.isascii() else path.encode("utf-8", "backslashreplace").decode()
