"""The second half of publishing: make the texts, and store them where no reader can reach them yet."""

import time

from articles.build.anchors import broken_anchors
from articles.build.build_article import BuildContext, make_all
from articles.build.built_article import BuiltArticle, BuiltLink
from articles.build.parallel_map import parallel_map
from articles.check import tasks_of
from articles.loading.library import Files
from articles.publish.content_store import store
from articles.publish.previous_state import anchors_of, links_into
from articles.publish.publication import Publication
from articles.render import Problem

TOGETHER = 150  # texts stored in one transaction: few commits, and nobody who writes waits for long
Links = dict[str, tuple[BuiltLink, ...]]
Anchors = dict[str, list[str]]


def make_texts(run: Publication, files: Files) -> None:
    """Make the texts of all that was read; store them as long as there is no mistake anywhere."""
    media = None if run.dry_run or files.errors else run.media
    desk = BuildContext(files.tree.root, run.addresses, media, time.time_ns())
    links: Links = {}
    anchors: Anchors = {}
    waiting: list[BuiltArticle] = []
    for texts in parallel_map(make_all, desk, tasks_of(files)):
        for made in texts:
            _take(run, files, made)
            links[made.path], anchors[made.path] = made.links, made.anchors
        waiting += texts
        if len(waiting) >= TOGETHER:
            _store(run, files, waiting)
        run.progress(len(texts))
    _store(run, files, waiting)
    _check_anchors(run, files, links, anchors)


def _take(run: Publication, files: Files, made: BuiltArticle) -> None:
    files.report(made.path, made.problems)
    if made.path in files.pages:
        run.pages[made.path] = made
    elif (file := files.articles.get(made.path)) and made.digest and file.digest != made.digest:
        files.report(
            made.path, [Problem(1, "changing", "The file changed meanwhile.", "Run the command again.")]
        )


def _store(run: Publication, files: Files, waiting: list[BuiltArticle]) -> None:
    """Store those that wait, unless nothing will be published anyway."""
    articles = [made for made in waiting if made.path in files.articles]
    waiting.clear()
    if articles and not (run.dry_run or files.errors):
        with run.db.write() as session:
            run.stored |= store(session, articles, files.articles)


def _check_anchors(run: Publication, files: Files, links: Links, anchors: Anchors) -> None:
    """Links into places: from what was made now, and from unchanged texts into what was made now."""
    elsewhere = {link.path for each in links.values() for link in each if link.anchor} - anchors.keys()
    with run.db.read() as session:
        into = links_into(session, [path for path in anchors if path in run.known])
        anchors |= anchors_of(session, elsewhere & files.unchanged.keys())
    untouched = {path: each for path, each in into.items() if path in files.unchanged}
    for path, problems in broken_anchors(links | untouched, anchors).items():
        files.report(path, problems)
