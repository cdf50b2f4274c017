"""`carrel check`: everything that is wrong in the content folder, without a database."""

import posixpath
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from articles.build.addresses import Addresses
from articles.build.anchors import broken_anchors
from articles.build.build_article import BuildContext, Task, make_all
from articles.build.built_article import BuiltArticle, BuiltLink
from articles.build.parallel_map import parallel_map
from articles.loading.library import Files, check_addresses, read_articles, read_head
from articles.render import Problem


class PathNotFoundError(Exception):
    """`path` is no file or folder of the content folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no {path} in the content folder.")
        self.path = path


@dataclass(frozen=True)
class Report:
    """What a check found, by path, and how many files it looked at."""

    problems: dict[str, list[Problem]]
    files: int

    @property
    def errors(self) -> int:
        """How many mistakes stop a publication."""
        return self._count("error")

    @property
    def warnings(self) -> int:
        """How many things an author should look at."""
        return self._count("warning")

    def _count(self, level: str) -> int:
        return sum(problem.level == level for found in self.problems.values() for problem in found)


def nothing(_count: int) -> None:
    """Show no progress."""


def check(root: Path, paths: Iterable[Path] = (), progress: Callable[[int], None] = nothing) -> Report:
    """Check the files under `paths` (all when there are none) against the whole folder.

    Raises `ContentNotFoundError` and `PathNotFoundError`.
    """
    now_ns = time.time_ns()
    files = read_head(root, now_ns)
    wanted = _wanted(files, list(paths))
    read_articles(files, now_ns, {}, progress)
    check_addresses(files, files.articles.values())
    desk = BuildContext(files.tree.root, addresses_of(files, {}), None, now_ns)
    tasks = [task for task in tasks_of(files) if wanted is None or task.path in wanted]
    _check_texts(files, desk, tasks, progress)
    return report_of(files, wanted)


def report_of(files: Files, wanted: Collection[str] | None = None) -> Report:
    """The problems so far (of the `wanted` paths), each once, in the order of files and lines."""
    paths = sorted(path for path in files.problems if wanted is None or path in wanted)
    count = len(files.tree.articles) + len(files.pages) if wanted is None else len(wanted)
    return Report({path: sorted(set(files.problems[path]), key=_order) for path in paths}, count)


def _order(problem: Problem) -> tuple[int, str, str]:
    return problem.line, problem.code, problem.message


def addresses_of(files: Files, known: Mapping[str, str]) -> Addresses:
    """The addresses of everything that was read, and of what was `known` before, by path."""
    by_path = {**known, **{path: article.url for path, article in files.articles.items()}}
    # A file that cannot be used has an address too: links to it are not what is broken.
    unusable = [each.path for each in files.tree.articles if each.path not in by_path]
    by_path |= {path: f"/articles/{posixpath.basename(path)[:-3]}/" for path in unusable}
    by_path |= {path: page.url for path, page in files.pages.items()}
    topics = {topic for exam in files.exams.values() for topic in exam.fields.topics}
    others = [f"/exams/{exam}/" for exam in files.exams] + [f"/topics/{topic}/" for topic in topics]
    return Addresses(by_path, others)


def tasks_of(files: Files) -> list[Task]:
    """A task for each article and page that was read or could not be: authors want all mistakes at once."""
    matters = {path: article.matter for path, article in files.articles.items()}
    paths = [each.path for each in files.tree.articles if each.path not in files.unchanged]
    articles = [
        Task(path, matters[path].title, matters[path].draft) if path in matters else Task(path, "")
        for path in paths
    ]
    return articles + [Task(path, "") for path in files.tree.pages]


def _check_texts(
    files: Files, desk: BuildContext, tasks: list[Task], progress: Callable[[int], None]
) -> None:
    links: dict[str, tuple[BuiltLink, ...]] = {}
    anchors: dict[str, list[str]] = {}
    for texts in parallel_map(make_all, desk, tasks):
        for made in texts:
            files.report(made.path, made.problems)
            links[made.path], anchors[made.path] = made.links, made.anchors
        progress(len(texts))
    anchors |= {made.path: made.anchors for made in _targets(files, desk, links, anchors)}
    for path, problems in broken_anchors(links, anchors).items():
        files.report(path, problems)


def _targets(
    files: Files, desk: BuildContext, links: dict[str, tuple[BuiltLink, ...]], anchors: dict[str, list[str]]
) -> list[BuiltArticle]:
    """The files that were not asked for, but whose anchors are."""
    wanted = {link.path for each in links.values() for link in each if link.anchor} - anchors.keys()
    return make_all(desk, [task for task in tasks_of(files) if task.path in wanted])


def _wanted(files: Files, paths: list[Path]) -> set[str] | None:
    if not paths:
        return None
    root = files.tree.root
    everything = [listed.path for listed in files.tree.articles] + files.tree.pages
    everything += [f"{exam}/exam.toml" for exam in files.tree.exams] + list(files.tree.problems)
    wanted: set[str] = set()
    for path in paths:
        full = path.resolve() if path.exists() else (root / path).resolve()
        if not full.is_relative_to(root) or not full.exists():
            raise PathNotFoundError(path)
        inside = full.relative_to(root).as_posix()
        wanted |= {each for each in everything if inside in {".", each} or each.startswith(f"{inside}/")}
    return wanted
