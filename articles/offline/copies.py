"""The offline copies on disk: the worker makes one whenever an exam's visible articles have changed.

They lie in `CARREL_HOME/offline`, as `<exam>.<fingerprint>.epub`. They are made anew from the library, so no backup
holds them.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Exam
from articles.offline import chapters, epub
from carrel import clock
from carrel.services import Services
from carrel.settings import Settings

EXTRA = "offline copy"
FORMAT = 2  # raise it when books of the same articles come to look different
EVERY_SECONDS = 60.0
FOLDER = "offline"
FILE = re.compile(r"(?P<exam>[a-z0-9-]+)\.[0-9a-f]{16}\.epub")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OfflineCopy:
    """An exam's book as it lies there. `size` in bytes."""

    exam: Exam
    path: Path
    size: int
    made_at: datetime


def find_all(session: Session, settings: Settings, now: datetime) -> list[OfflineCopy]:
    """The copies of all exams that have visible articles and a book by now."""
    found = ((exam, _newest(settings, exam.slug)) for exam in queries.exams(session, now))
    return [_describe(exam, path) for exam, path in found if path]


def find(session: Session, settings: Settings, slug: str, now: datetime) -> OfflineCopy | None:
    """One exam's copy."""
    exam = queries.find_exam(session, slug, now)
    path = _newest(settings, slug) if exam else None
    return _describe(exam, path) if exam and path else None


def run_step(services: Services) -> bool:
    """Make one book that is missing or stale, and drop those that nobody will ask for; whether it made one."""
    settings, now = services.settings, clock.now()
    if EXTRA not in settings.pass_extras:
        return False
    with services.db.read() as session:
        exams = queries.exams(session, now)
        wanted = {_path(session, settings, exam, now): exam for exam in exams}
    failed = set()
    for path, exam in wanted.items():
        if path.exists():
            continue
        try:
            _make(services, path, exam, now)
        except Exception:  # one exam's book must not hold up the others'
            log.exception("offline copy not made", exam=exam.slug)
            failed.add(exam.slug)
        else:
            return True
    for path in _files(settings):
        if path not in wanted and _exam_of(path) not in failed:
            path.unlink(missing_ok=True)
    return False


def _make(services: Services, path: Path, exam: Exam, now: datetime) -> None:
    """Write the book beside its place and move it there: a download gets the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with services.db.read() as session:
        book = chapters.make_book(session, services.settings, session.merge(exam, load=False), now)
    part = path.with_suffix(".part")
    try:
        epub.write(book, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    log.info("offline copy made", exam=exam.slug, articles=len(book.chapters) - 1, bytes=path.stat().st_size)


def _path(session: Session, settings: Settings, exam: Exam, now: datetime) -> Path:
    site = (
        FORMAT,
        settings.base_url,
        settings.site_name,
        settings.site_language,
        settings.articles_license_line,
        settings.site_disclaimer,
    )
    state = repr((site, chapters.fingerprint_parts(session, exam, now)))
    fingerprint = hashlib.sha256(state.encode()).hexdigest()[:16]
    return settings.home / FOLDER / f"{exam.slug}.{fingerprint}.epub"


def _files(settings: Settings) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from (path for path in (settings.home / FOLDER).iterdir() if FILE.fullmatch(path.name))


def _exam_of(path: Path) -> str:
    return path.name.partition(".")[0]


def _newest(settings: Settings, slug: str) -> Path | None:
    own = [path for path in _files(settings) if _exam_of(path) == slug]
    return max(own, key=lambda path: path.stat().st_mtime, default=None)


def _describe(exam: Exam, path: Path) -> OfflineCopy:
    stat = path.stat()
    return OfflineCopy(exam, path, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))
