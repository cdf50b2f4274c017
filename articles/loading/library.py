"""Everything the content folder says, read once: exams, pages, articles, and what is wrong with them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from articles.build.parallel_map import parallel_map
from articles.loading import consistency, file_io
from articles.loading.article_file import ArticleFile, Reading, read_article
from articles.loading.discovery import Listed, Tree, survey
from articles.loading.exam_file import NAME, ExamFile, read_exam
from articles.loading.page_file import PageFile, read_page
from articles.render import Problem


class Known(Protocol):
    """A file as it was at the last publication, where nothing else than its bytes can ask for a new text."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes."""

    @property
    def stamp(self) -> str:
        """Its size and times, or "" when they proved nothing."""


@dataclass
class Files:
    """The content folder, read. `unchanged` maps the path of a known file to its present stamp."""

    tree: Tree
    exams: dict[str, ExamFile] = field(default_factory=dict)
    pages: dict[str, PageFile] = field(default_factory=dict)
    articles: dict[str, ArticleFile] = field(default_factory=dict)
    unchanged: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    errors: int = 0

    def report(self, path: str, problems: Iterable[Problem]) -> None:
        """Note problems of a file."""
        if found := list(problems):
            self.problems.setdefault(path, []).extend(found)
            self.errors += sum(problem.level == "error" for problem in found)


@dataclass(frozen=True)
class ReadingDesk:
    """What reading an article needs, in any process."""

    root: Path
    now_ns: int


def read_head(root: Path, now_ns: int) -> Files:
    """List the folder and read the exams and pages: what must be known before the articles."""
    files = Files(survey(root))
    for path, problems in files.tree.problems.items():
        files.report(path, problems)
    for folder in files.tree.exams:
        exam, problems = read_exam(files.tree.root / folder, now_ns)
        files.report(f"{folder}/{NAME}", problems)
        if exam:
            files.exams[folder] = exam
    for path in files.tree.pages:
        page, problems = read_page(files.tree.root, path, now_ns)
        files.report(path, problems)
        if page:
            files.pages[path] = page
    _merge(files, consistency.check_topic_names(files.exams.values()))
    return files


def read_articles(
    files: Files,
    now_ns: int,
    known: Mapping[str, Known],
    progress: Callable[[int], None],
    only: Collection[str] | None = None,
) -> None:
    """Read the articles (or `only` those at these paths), and set aside those that are as they are `known`."""
    wanted, root = [], str(files.tree.root)
    for listed in files.tree.articles:
        if only is not None and listed.path not in only:
            continue
        before = known.get(listed.path)
        if before and before.stamp and before.stamp == _stamp(f"{root}/{listed.path}", now_ns):
            files.unchanged[listed.path] = before.stamp
        else:
            wanted.append((listed, before.digest if before else ""))
    _read(files, wanted, now_ns, progress)


def _stamp(path: str, now_ns: int) -> str:
    try:
        return file_io.stamp_of(path, now_ns)
    except OSError:
        return ""  # reading it will say what is wrong


def _read(
    files: Files, wanted: Sequence[tuple[Listed, str]], now_ns: int, progress: Callable[[int], None]
) -> None:
    for readings in parallel_map(_read_some, ReadingDesk(files.tree.root, now_ns), wanted):
        for reading in readings:
            files.report(reading.path, reading.problems)
            if reading.article:
                files.articles[reading.path] = reading.article
            elif not reading.problems:
                files.unchanged[reading.path] = reading.stamp
        progress(len(readings))
    _merge(files, consistency.check_declared(files.articles.values(), files.exams))


def _read_some(desk: ReadingDesk, wanted: Sequence[tuple[Listed, str]]) -> list[Reading]:
    return [read_article(desk.root, listed, desk.now_ns, digest) for listed, digest in wanted]


def _merge(files: Files, found: consistency.Found) -> None:
    for path, problems in found.items():
        files.report(path, problems)


def check_addresses(files: Files, articles: Iterable[consistency.Addressed]) -> None:
    """See that no two articles want the same address."""
    _merge(files, consistency.check_addresses(articles))
