"""The second step of publishing: build what was loaded, and store it where no reader can reach it yet."""

import time

from articles.build.anchors import AnchorChecker
from articles.build.build_article import BuildContext, build_all
from articles.build.built_article import BuiltArticle, BuiltLink
from articles.build.site_urls import SiteUrls
from articles.loading.content import LoadedContent
from articles.parallel_map import parallel_map
from articles.publish.content_store import store_bodies
from articles.publish.previous_state import anchors_of, links_to
from articles.publish.publication import Publication

BATCH = 150  # bodies stored in one transaction: few commits, and no other writer waits long


def build_and_store(run: Publication, content: LoadedContent, urls: SiteUrls) -> None:
    """Build everything that was loaded; store it as long as there is no mistake anywhere."""
    media = None if run.dry_run or content.errors else run.media
    context = BuildContext(content.folder.root, urls, media, time.time_ns())
    checker = AnchorChecker()
    waiting: list[BuiltArticle] = []
    for chunk in parallel_map(build_all, context, list(content.bodies.values())):
        for built in chunk:
            content.add_problems(built.path, built.problems)
            checker.add(built)
            if built.path in content.pages:
                run.built_pages[built.path] = built
            _complete_summary(content, built)
        waiting += [built for built in chunk if built.path in content.articles]
        if len(waiting) >= BATCH:
            _store(run, content, waiting)
        run.progress(len(chunk))
    _store(run, content, waiting)
    _check_anchors(run, content, checker)


def _complete_summary(content: LoadedContent, built: BuiltArticle) -> None:
    """Give an article without a summary the one that was made of its text."""
    if (article := content.articles.get(built.path)) and not article.matter.summary:
        content.articles[built.path] = article.with_matter(summary=built.summary)


def _store(run: Publication, content: LoadedContent, waiting: list[BuiltArticle]) -> None:
    """Store the waiting articles, unless nothing will be published anyway."""
    if waiting and not (run.dry_run or content.errors):
        with run.db.write() as session:
            run.stored_bodies |= store_bodies(session, waiting, content.articles)
    waiting.clear()


def _check_anchors(run: Publication, content: LoadedContent, checker: AnchorChecker) -> None:
    """Check links to anchors between built articles, and between those and unchanged articles."""
    unchanged_links: dict[str, tuple[BuiltLink, ...]] = {}
    with run.db.read() as session:
        for path, link in links_to(session, checker.anchors.keys()):
            if path in content.unchanged:
                unchanged_links[path] = (*unchanged_links.get(path, ()), link)
        checker.anchors |= anchors_of(session, checker.missing_targets() & content.unchanged.keys())
    content.merge_problems(checker.problems(unchanged_links))
