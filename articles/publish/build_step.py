"""The second step of publishing: build what was loaded, and store it where no reader can reach it yet."""

import time
from collections.abc import Iterator
from dataclasses import replace

from articles.build.anchors import AnchorChecker
from articles.build.build_article import BuildContext, build_all
from articles.build.built_article import BuiltArticle, BuiltLink
from articles.build.item_bank import ItemBank
from articles.build.site_urls import SiteUrls
from articles.loading.article_file import ArticleFile
from articles.loading.content import LoadedContent
from articles.loading.markdown_file import BodySource
from articles.parallel_map import parallel_map
from articles.publish.content_store import store_bodies
from articles.publish.previous_state import anchors_of, links_to
from articles.publish.publication import Publication
from articles.publish.sync_items import stored_keys
from articles.search.document import context_of

BATCH = 150  # bodies stored in one transaction: few commits, and no other writer waits long


def build_and_store(run: Publication, content: LoadedContent, urls: SiteUrls) -> None:
    """Build everything that was loaded; store it as long as nothing forbids to publish it."""
    media = run.media.folder if _is_going_on(run, content) else None
    context = BuildContext(content.folder.root, urls, media, time.time_ns(), run.db.url.get_backend_name())
    checker, bank = AnchorChecker(), ItemBank()
    waiting: list[BuiltArticle] = []
    names: set[str] = set()
    for chunk in parallel_map(build_all, context, _sources(content), len(content.bodies)):
        for built in chunk:
            content.add_problems(built.path, built.problems)
            checker.add(built)
            bank.add(built)
            names.update(built.media)
            if built.path in content.pages:
                run.built_pages[built.path] = built
            _complete_summary(content, built)
        waiting += [built for built in chunk if built.path in content.articles]
        if len(waiting) >= BATCH:
            _store(run, content, waiting)
        run.progress(len(chunk))
    _store(run, content, waiting)
    _check_anchors(run, content, checker)
    _check_items(run, content, bank)
    if _is_going_on(run, content):
        run.media.share(names)


def _sources(content: LoadedContent) -> Iterator[BodySource]:
    """The bodies to build, with where their articles stand: their slugs are certain by now."""
    for path, body in content.bodies.items():
        article = content.articles.get(path)
        yield replace(body, place=_place(article)) if article else body


def _place(article: ArticleFile) -> str:
    matter = article.matter
    return context_of(article.exam, article.slug, matter.domain, matter.topics)


def _is_going_on(run: Publication, content: LoadedContent) -> bool:
    return not run.dry_run and (run.keep_going or not content.errors)


def _complete_summary(content: LoadedContent, built: BuiltArticle) -> None:
    """Give an article without a summary the one that was made of its text."""
    if (article := content.articles.get(built.path)) and not article.matter.summary:
        content.articles[built.path] = article.with_matter(summary=built.summary)


def _store(run: Publication, content: LoadedContent, waiting: list[BuiltArticle]) -> None:
    """Store the waiting articles, unless nothing will be published anyway."""
    if waiting and _is_going_on(run, content):
        with run.db.write() as session:
            run.stored_bodies |= store_bodies(session, waiting)
    waiting.clear()


def _check_items(run: Publication, content: LoadedContent, bank: ItemBank) -> None:
    """Check ids across the exam, also those of unchanged articles; no item of the library vanishes by mistake."""
    with run.db.read() as session:
        stored = stored_keys(session)
    elsewhere = [key for key in stored if key.path in content.unchanged]
    content.merge_problems(bank.problems(content.exams, elsewhere))
    if not content.errors:  # an article that could not be read has not lost its items
        left = [key for key in stored if key.path not in content.unchanged]
        content.merge_problems(bank.vanished(content.exams, left))
    run.items = bank.items


def _check_anchors(run: Publication, content: LoadedContent, checker: AnchorChecker) -> None:
    """Check links to anchors between built articles, and between those and unchanged articles."""
    unchanged_links: dict[str, tuple[BuiltLink, ...]] = {}
    with run.db.read() as session:
        for path, link in links_to(session, checker.anchors.keys()):
            if path in content.unchanged:
                unchanged_links[path] = (*unchanged_links.get(path, ()), link)
        checker.add_anchors(anchors_of(session, checker.missing_targets() & content.unchanged.keys()))
    content.merge_problems(checker.problems(unchanged_links))
