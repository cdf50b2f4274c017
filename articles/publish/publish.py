"""`carrel publish`: load, build, store, commit. Until the commit, readers have the old library."""

from collections.abc import Callable, Sequence
from datetime import datetime

from articles.loading.article_file import ArticleFile
from articles.loading.content import LoadedContent
from articles.progress import no_progress
from articles.publish.build_step import build_and_store
from articles.publish.change_detection import load_changes, new_stats
from articles.publish.commit import ArticleUpdate, ArticleWriter, write_stats
from articles.publish.content_store import delete_bodies, delete_orphans
from articles.publish.diff import Diff, compare
from articles.publish.lock import publish_lock
from articles.publish.previous_state import first_visible_times
from articles.publish.publication import Publication, PublishRefusedError, no_message
from articles.publish.report import PublishReport
from articles.publish.set_aside import forget_broken_files, set_aside_broken_files
from articles.publish.sync_items import ItemWriter, place_items
from articles.publish.sync_taxonomy import sync_authors, sync_exams, sync_pages
from articles.search import vocabulary
from articles.visibility import ARCHIVE_AGE, first_visible
from carrel import clock
from carrel.db import Database
from carrel.media import media_of
from carrel.page_cache import bump_cache_version
from carrel.settings import Settings

MANY_FOR_DATABASE = (
    500  # articles: where most of the library is new, searches took ten times as long for a minute
)
MANY_AT_ONCE = 5  # more new articles than this in one publication are one mail (decision 13)


def publish(
    settings: Settings,
    db: Database,
    *,
    dry_run: bool = False,
    keep_going: bool = False,
    say: Callable[[str], None] = no_message,
    progress: Callable[[int], None] = no_progress,
) -> PublishReport:
    """Publish what changed in the content folder, or with `dry_run` report what would be published.

    `say` gets messages for the author meanwhile, `progress` the number of files just processed. `keep_going` is
    for the preview alone: files with mistakes are published as far as they can be, and the report names the mistakes.

    Raises `ContentNotFoundError`, `PublishRefusedError` (nothing was published), `PublishBusyError`
    and `ObjectStoreError`.
    """
    run = Publication(
        db,
        settings.content,
        media_of(settings),
        clock.now(),
        dry_run,
        keep_going,
        settings.zone,
        say,
        progress,
    )
    with publish_lock(db, say):
        if not dry_run:
            delete_orphans(db)
        content, urls = load_changes(run)
        if keep_going:
            set_aside_broken_files(run, content)
        build_and_store(run, content, urls)
        problems = content.report()
        if keep_going:
            forget_broken_files(content)
        elif content.errors:
            raise PublishRefusedError(problems)
        diff = compare(run.previous, content.articles.values(), content.unchanged)
        with db.read() as session:
            visible_times = first_visible_times(session, [article.id for article, _ in diff.updates])
        report = PublishReport(diff, len(content.unchanged), warnings=problems.problems, dry_run=dry_run)
        archived = _announce(run, report, appearing_files(diff, visible_times, run.now))
        update = ArticleUpdate(
            diff, run.stored_bodies, run.build_hashes, visible_times, run.now, archived=archived
        )
        _commit(run, content, report, update)
        return report


def _announce(run: Publication, report: PublishReport, appearing: Sequence[ArticleFile]) -> frozenset[str]:
    """Say of what becomes visible how digests will bring it. The paths of those that are no news."""
    quiet = [file for file in appearing if not file.matter.newsletter]
    archived = from_archive(appearing, run.now)
    report.appearing = len(appearing) - len(quiet) - len(archived)
    if quiet:
        run.say(
            f"{len(quiet)} articles that become visible now say `newsletter: false`, so no email includes them."
        )
    if archived:
        run.say(_archive_notice(len(archived), run.now))
    if report.appearing > MANY_AT_ONCE:
        run.say(_one_mail_notice(report.appearing))
    return archived | known_elsewhere(quiet, run.now)


def _commit(run: Publication, content: LoadedContent, report: PublishReport, changes: ArticleUpdate) -> None:
    with run.db.write() as session:
        report.exams = sync_exams(session, content.exams)
        report.authors = sync_authors(session, content.authors.authors)
        report.pages = sync_pages(session, content.pages.values(), run.built_pages, run.now)
        if run.dry_run:
            session.rollback()
            return
        writer = ArticleWriter(session, changes)
        files = writer.write()
        items = place_items(run.items, files, writer.ids.exams)
        ItemWriter(session).write(items, files, [article.id for article in changes.diff.removed])
        write_stats(session, new_stats(run, content.unchanged))
        if not report.is_empty:
            bump_cache_version(session)
    delete_bodies(run.db, changes.diff.replaced)
    vocabulary.count_new(run.db)
    changed = len(changes.diff.added) + len(changes.diff.updates)
    if changed >= max(MANY_FOR_DATABASE, len(content.unchanged)):
        run.db.analyze("article", "article_body", "article_search_tokens", "article_search_word")


def appearing_files(
    diff: Diff, visible_times: dict[int, datetime | None], now: datetime
) -> list[ArticleFile]:
    """The articles that become visible for the first time with this publication."""
    updated = [(visible_times[article.id], file) for article, file in diff.updates]
    added = [(None, file) for file in diff.added]
    return [file for before, file in [*added, *updated] if _appears(before, file, now)]


def from_archive(appearing: Sequence[ArticleFile], now: datetime) -> frozenset[str]:
    """The paths of those that are not new to the world: many at once, and dated long ago (ADR 16)."""
    news = [file for file in appearing if file.matter.newsletter]
    if len(news) <= MANY_AT_ONCE:
        return frozenset()
    dated = ((file.path, file.matter.published) for file in news)
    return frozenset(path for path, published in dated if published and published < now - ARCHIVE_AGE)


def known_elsewhere(quiet: Sequence[ArticleFile], now: datetime) -> frozenset[str]:
    """The paths of those that readers have known since their date, on another site (ADR 18)."""
    dated = ((file.path, file.matter.published) for file in quiet)
    return frozenset(path for path, published in dated if published and published < now)


def _appears(before: datetime | None, file: ArticleFile, now: datetime) -> bool:
    matter = file.matter
    after = first_visible(
        before, draft=matter.draft, published=matter.published, expires=matter.expires, now=now
    )
    return after == now != before


def _archive_notice(count: int, now: datetime) -> str:
    return (
        f"{count} articles that become visible now are dated before {now - ARCHIVE_AGE:%Y-%m-%d}: they come from "
        "an archive, so no email includes them."
    )


def _one_mail_notice(count: int) -> str:
    return (
        f"{count} new articles become visible at once: readers who chose “each article” get one email with "
        "all of them. To spread them, give them dates: `published: 2026-09-14T09:00:00Z`."
    )
