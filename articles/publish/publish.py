"""`carrel publish`: read, make, store, switch. Until the switch commits, readers have the old library."""

from collections.abc import Callable
from datetime import datetime

from articles.check import nothing, report_of
from articles.loading.article_file import ArticleFile
from articles.loading.library import Files
from articles.publish.build_step import make_texts
from articles.publish.collect_changes import builds_of, gather
from articles.publish.commit import Switch, refresh_stamps, write_articles
from articles.publish.content_store import collect, discard
from articles.publish.diff import Diff, compare
from articles.publish.lock import publish_lock
from articles.publish.previous_state import first_seen
from articles.publish.publication import Publication, PublishRefusedError, silent
from articles.publish.report import Published
from articles.publish.sync_taxonomy import sync_exams, sync_pages
from articles.visibility import first_visible
from carrel import clock
from carrel.db import Database
from carrel.page_cache import bump_cache_version
from carrel.settings import Settings

ONE_MAIL = 5  # more new articles than this at once are one mail (decision 13)


def publish(
    settings: Settings,
    db: Database,
    *,
    dry_run: bool = False,
    say: Callable[[str], None] = silent,
    progress: Callable[[int], None] = nothing,
) -> Published:
    """Publish what changed in the content folder, or with `dry_run` say what would be published.

    `say` is told what the author should know meanwhile, `progress` how many files were done.

    Raises `ContentNotFoundError`, `PublishRefusedError` (nothing was published) and `Busy`.
    """
    media = settings.home / "media"
    run = Publication(db, settings.content, media, clock.now(), dry_run, say, progress)
    with publish_lock(db, say):
        if not dry_run:
            collect(db)  # what a publication that was killed has left
        files = gather(run)
        make_texts(run, files)
        report = report_of(files)
        if files.errors:
            raise PublishRefusedError(report)
        diff = compare(run.rows, files.articles.values(), files.unchanged)
        with db.read() as session:
            run.seen = first_seen(session, [row.id for row, _ in diff.updates])
        outcome = Published(diff, len(files.unchanged), warnings=report.problems, dry_run=dry_run)
        outcome.appearing = _appearing(run, diff)
        if outcome.appearing > ONE_MAIL:
            say(_one_mail(outcome.appearing))
        _switch(run, files, outcome)
        return outcome


def _switch(run: Publication, files: Files, outcome: Published) -> None:
    switch = Switch(outcome.diff, run.stored, builds_of(files), run.seen, run.now)
    with run.db.write() as session:
        outcome.exams = sync_exams(session, files.exams)
        outcome.pages = sync_pages(session, files.pages.values(), run.pages, run.now)
        if run.dry_run:
            session.rollback()
            return
        write_articles(session, switch)
        refresh_stamps(session, _new_stamps(run, files))
        if not outcome.is_empty:
            bump_cache_version(session)
    discard(run.db, outcome.diff.replaced)


def _new_stamps(run: Publication, files: Files) -> list[tuple[int, str]]:
    return [
        (row.id, stamp) for path, stamp in files.unchanged.items() if (row := run.known[path]).stamp != stamp
    ]


def _appearing(run: Publication, diff: Diff) -> int:
    """How many articles become visible with this publication that never were before."""
    known = [(run.seen[row.id], file) for row, file in diff.updates]
    return sum(
        _appears(run.now, before, file) for before, file in [*((None, file) for file in diff.added), *known]
    )


def _appears(now: datetime, before: datetime | None, file: ArticleFile) -> bool:
    matter = file.matter
    seen = first_visible(
        before, draft=matter.draft, published=matter.published, expires=matter.expires, now=now
    )
    return seen == now != before


def _one_mail(count: int) -> str:
    return (
        f"{count} new articles become visible at once: readers who asked for each article get one mail with "
        "all of them. To spread them, give them dates: `published: 2026-09-14T09:00:00Z`."
    )
