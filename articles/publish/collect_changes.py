"""The first half of publishing: read what may have changed, and leave the rest alone."""

import hashlib
import time

from sqlalchemy.orm import Session

from articles.check import addresses_of
from articles.loading.library import Files, Known, check_addresses, read_articles, read_head
from articles.publish.previous_state import known_articles, linking_to, with_changed_images
from articles.publish.publication import Publication
from articles.render import RENDERER

FORM = "1"  # of what is stored for a text; raise it and every text is made anew


def gather(run: Publication) -> Files:
    """Read the files that are new or changed, or whose renderer, `exam.toml`, images or link targets are."""
    now_ns = time.time_ns()
    files = read_head(run.content, now_ns)
    with run.db.read() as session:
        run.rows = known_articles(session)
        run.known = {row.path: row for row in run.rows if not row.is_removed}
        again = with_changed_images(session, files.tree.root, now_ns)
        read_articles(files, now_ns, _known(run, files, again), run.progress)
        run.addresses = addresses_of(files, {path: run.known[path].url for path in files.unchanged})
        _read_those_with_moved_links(run, session, files, now_ns)
    untouched = [run.known[path] for path in files.unchanged]
    check_addresses(files, [*files.articles.values(), *untouched])
    return files


def builds_of(files: Files) -> dict[str, str]:
    """What besides its own file a text is made by, as a hash, for each exam."""
    parts = {slug: f"{FORM}\n{RENDERER}\n{exam.digest}" for slug, exam in files.exams.items()}
    return {slug: hashlib.sha256(text.encode()).hexdigest() for slug, text in parts.items()}


def _known(run: Publication, files: Files, again: set[str]) -> dict[str, Known]:
    builds = builds_of(files)
    return {
        path: row
        for path, row in run.known.items()
        if row.build == builds.get(row.exam) and path not in again
    }


def _read_those_with_moved_links(run: Publication, session: Session, files: Files, now_ns: int) -> None:
    anew = [path for path in run.known if path not in files.unchanged]
    moved = {path for path in anew if run.addresses.url(path) != run.known[path].url}
    again = linking_to(session, moved) & files.unchanged.keys()
    for path in again:
        del files.unchanged[path]
    if again:
        read_articles(files, now_ns, {}, run.progress, only=again)
