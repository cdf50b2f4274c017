"""What stands above a page of the preview: its state, the mistakes in its file beside their lines, and those elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from articles.loading.exam_file import EXAM_FILE
from articles.loading.file_names import slug_of
from articles.models import Article
from articles.problems import Problem
from website.preview.preview_library import PreviewLibrary

CONTEXT = 1  # lines shown before and after the one with a mistake
MOST_ELSEWHERE = 100
LONGEST_LINE = 300


@dataclass(frozen=True)
class SourceLine:
    """A line of the source beside a mistake."""

    number: int
    text: str
    is_wrong: bool


@dataclass(frozen=True)
class ProblemView:
    """A mistake, and the lines where it is."""

    path: str
    problem: Problem
    lines: tuple[SourceLine, ...] = ()


@dataclass(frozen=True)
class Panel:
    """The panel of one page. A page that no file makes has no path."""

    path: str
    failure: str
    draft: bool
    scheduled: datetime | None
    here: tuple[ProblemView, ...]
    elsewhere: tuple[ProblemView, ...]
    more: int


def panel_of(library: PreviewLibrary, url: str) -> Panel:
    """The panel of the page at this path."""
    problems, root = dict(library.problems), library.services.settings.content
    path = source_of(library, url)
    own = problems.pop(path, [])
    here = [ProblemView(path, one, tuple(lines_around(root / path, one.line))) for one in own]
    elsewhere = [ProblemView(other, one) for other, found in problems.items() for one in found]
    for views in (here, elsewhere):
        views.sort(key=lambda view: view.problem.level)  # errors before warnings
    shown = tuple(elsewhere[:MOST_ELSEWHERE])
    when = library.hidden.get(path)
    is_draft = path in library.hidden and when is None
    return Panel(path, library.failure, is_draft, when, tuple(here), shown, len(elsewhere) - len(shown))


def source_of(library: PreviewLibrary, url: str) -> str:
    """The path of the file that makes a page, also when it is broken and the page not there; or an empty string."""
    folder, _, slug = url.strip("/").rpartition("/")
    if folder == "articles":
        with library.services.db.read() as session:
            path = session.scalar(select(Article.path).where(Article.slug == slug))
        candidates = (other for other in library.problems if slug_of(other) == slug)
        return path or next(candidates, "")
    if folder == "exams":
        return f"{slug}/{EXAM_FILE}"
    return f"pages/{slug}.md" if slug and not folder else ""


def lines_around(file: Path, number: int) -> Iterator[SourceLine]:
    """The line with a mistake and its neighbors, as the file has them now."""
    try:
        lines = file.read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return
    for index in range(max(1, number - CONTEXT), min(len(lines), number + CONTEXT) + 1):
        yield SourceLine(index, lines[index - 1][:LONGEST_LINE], index == number)
