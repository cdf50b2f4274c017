"""Checks the content folder as publishing does, without a database."""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path

from articles.build.anchors import AnchorChecker
from articles.build.build_article import BuildContext, build_all
from articles.build.item_bank import ItemBank, StoredKey
from articles.build.site_urls import SiteUrls
from articles.loading.addresses import assign_slugs
from articles.loading.consistency import check_slugs
from articles.loading.content import LoadedContent, load_articles, load_exams_and_pages
from articles.loading.exam_file import EXAM_FILE
from articles.parallel_map import parallel_map
from articles.problems import ProblemReport
from articles.progress import no_progress
from articles.render import keys_in


class PathNotFoundError(Exception):
    """`path` is not a file or folder in the content folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no {path} in the content folder.")
        self.path = path


def check(
    root: Path,
    paths: Iterable[Path] = (),
    progress: Callable[[int], None] = no_progress,
    *,
    zone: tzinfo = UTC,
) -> ProblemReport:
    """Check the files under `paths` (all when there are none) against the whole folder; `zone` is the site's.

    Raises `ContentNotFoundError` and `PathNotFoundError`.
    """
    now_ns = time.time_ns()
    content = load_exams_and_pages(root, now_ns, zone)
    selected = select_files(content, list(paths))
    load_articles(content, [(file, "") for file in content.folder.articles], now_ns, progress)
    content.merge_problems(assign_slugs(content.articles, {}, {}))
    urls = SiteUrls.of_content(content)
    content.merge_problems(check_slugs(content.articles.values(), urls.is_taken))
    context = BuildContext(content.folder.root, urls, None, now_ns)
    _check_bodies(content, context, selected, progress)
    return content.report(selected)


def _check_bodies(
    content: LoadedContent, context: BuildContext, selected: set[str] | None, progress: Callable[[int], None]
) -> None:
    checker, bank = AnchorChecker(), ItemBank()
    paths = [path for path in content.bodies if selected is None or path in selected]
    for chunk in parallel_map(build_all, context, map(content.bodies.__getitem__, paths), len(paths)):
        for built in chunk:
            content.add_problems(built.path, built.problems)
            checker.add(built)
            bank.add(built)
        progress(len(chunk))
    # Files that were not selected are built only for the anchors that selected files link to.
    targets = [content.bodies[path] for path in checker.missing_targets() & content.bodies.keys()]
    checker.add_anchors({built.path: built.anchors for built in build_all(context, targets)})
    content.merge_problems(checker.problems())
    content.merge_problems(bank.problems(content.exams, _keys_elsewhere(content, bank, selected)))
    if selected is None:
        content.merge_problems(bank.bank_problems(content.exams.keys()))


def _keys_elsewhere(content: LoadedContent, bank: ItemBank, selected: set[str] | None) -> Iterator[StoredKey]:
    """The items of files that were not selected, as their first lines name them."""
    if selected is None or not bank.items:
        return
    for path, body in content.bodies.items():
        if path not in selected:
            exam = path.partition("/")[0]
            yield from (StoredKey(exam, key, path) for key in keys_in(body.text))


def select_files(content: LoadedContent, paths: list[Path]) -> set[str] | None:
    """The files under `paths`, as paths from the content folder; None for all."""
    if not paths:
        return None
    folder = content.folder
    files = [article.path for article in folder.articles] + folder.pages + list(folder.problems)
    files += [f"{exam}/{EXAM_FILE}" for exam in folder.exams]
    selected: set[str] = set()
    for path in paths:
        absolute = path.resolve() if path.exists() else (folder.root / path).resolve()
        if not absolute.is_relative_to(folder.root) or not absolute.exists():
            raise PathNotFoundError(path)
        prefix = absolute.relative_to(folder.root).as_posix()
        selected |= {file for file in files if prefix in {".", file} or file.startswith(f"{prefix}/")}
    return selected
