"""What studying costs: a device's 500 events, deriving what is remembered, and the list of what is due."""

import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from articles.models import StudyItem
from carrel.accounts.models import Reader
from carrel.db import Database
from tests.benchmarks.rounds import Goal, Report, interleaved
from tests.benchmarks.search_bench import cluster
from tests.support.articles import put_article
from tests.support.postgres import find_binaries
from tests.website.study.histories import histories
from website.migrations import migrate
from website.study.commands import rebuild
from website.study.due import Calendar, due_counts, due_items
from website.study.events import StudyRow
from website.study.log import lock, store
from website.study.models import EventKind
from website.study.replay import PastEvent, fold, replay

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TODAY = (NOW.date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days
CARDS, BATCH, REVIEWS = 10_000, 500, 40_000
LOG_MS, REPLAY_US, DUE_MS = 100, 15, 5


def main(report: Report) -> None:
    """Measure each on both databases."""
    _measure_replay(report)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        urls = [f"sqlite:///{folder}/carrel.db"]
        if find_binaries():
            urls.append(stack.enter_context(cluster()))
        for url in urls:
            db = Database(url)
            migrate(db)
            _measure(report, db, db.url.get_backend_name())
            db.close()


def _measure_replay(report: Report) -> None:
    events = [
        [PastEvent(day, NOW + timedelta(seconds=n), str(n), "grade", grade, 1) for n, (day, grade) in enumerate(one)]
        for one in histories(REVIEWS)
    ]  # fmt: skip

    def replay_all() -> float:
        began = time.process_time()
        for history in events:
            fold(history)
        return (time.process_time() - began) / REVIEWS * 1e6

    report.add(
        "deriving, a review", interleaved({"fold": replay_all})["fold"], "µs", Goal(REPLAY_US, at_least=False)
    )


def _measure(report: Report, db: Database, kind: str) -> None:
    reader_id = _fill(db)
    batches = iter(range(1_000))
    first = Calendar(TODAY)
    exam = Calendar(TODAY, {1: TODAY + 3})
    measured = interleaved(
        {
            "log": _timed(db, lambda session: store(session, reader_id, _batch(next(batches))), write=True),
            "list": _timed(db, lambda session: due_items(session, reader_id, first, NOW, most=20)),
            "counts": _timed(db, lambda session: due_counts(session, reader_id, first, NOW)),
            "week": _timed(db, lambda session: due_items(session, reader_id, exam, NOW, most=20)),
        }
    )
    with db.read() as session:
        due = due_counts(session, reader_id, first, NOW).total
        report.note(f"{kind}: {CARDS:,} cards, {due:,} of them due")
    goal = Goal(LOG_MS, at_least=False) if db.is_sqlite else None
    report.add(f"{BATCH} events ({kind})", measured["log"], "ms", goal)
    report.add(f"due list of {CARDS:,} ({kind})", measured["list"], "ms", Goal(DUE_MS, at_least=False))
    report.add(f"due list in the week before the exam ({kind})", measured["week"], "ms")
    report.add(f"counting what is due ({kind})", measured["counts"], "ms", Goal(DUE_MS, at_least=False))
    began = time.perf_counter()
    _, answers = rebuild(db, lambda _: None)
    cost = (time.perf_counter() - began) / answers * 1e6
    report.add(f"carrel study rebuild, a review ({kind})", [cost], "µs")


def _timed(db: Database, act: Callable[[Session], object], *, write: bool = False) -> Callable[[], float]:
    """Milliseconds: of the processor with SQLite, which works in this process, and of the clock with PostgreSQL."""
    now = time.process_time if db.is_sqlite else time.perf_counter

    def once() -> float:
        began = now()
        with db.write() if write else db.read() as session:
            act(session)
        return (now() - began) * 1e3

    once()  # the statement is compiled

    return once


def _fill(db: Database) -> int:
    """A reader with so many cards, each with a history; about a twentieth is due."""
    with db.write() as session:
        reader = Reader(created_at=NOW)
        session.add(reader)
        article = put_article(session)
        session.flush()
        item = {"exam_id": article.exam_id, "article_id": article.id, "kind": "card", "position": 1}
        text = {"revision": "0" * 32, "meaning": 1, "meaning_by_hand": 1, "retired": False}
        session.execute(insert(StudyItem), [item | text | {"key": f"card-{n}"} for n in range(CARDS)])
    for start in range(0, CARDS, 1_000):
        with db.write() as session:
            store(session, reader.id, list(_rows(range(start, start + 1_000), reviews=3)))
    with db.write() as session:
        lock(session, reader.id)
        replay(session, reader.id, session.scalars(select(StudyItem.id)))
        session.execute(sql("ANALYZE"))  # as autovacuum does after a while
    return reader.id


def _rows(cards: range, reviews: int) -> Iterator[StudyRow]:
    for card in cards:
        for number in range(reviews):
            day = TODAY - 60 + number * 20 + card % 15
            at = NOW - timedelta(days=TODAY - day)
            yield _row(card, 1 if card % 20 == 0 else 3, day, at)


def _batch(number: int) -> list[StudyRow]:
    return [_row((number * BATCH + n) % CARDS, 1 + n % 4, TODAY, NOW) for n in range(BATCH)]


def _row(card: int, grade: int, day: int, at: datetime) -> StudyRow:
    return StudyRow(
        str(uuid.uuid4()), EventKind.GRADE, "cpb", f"card-{card}", "0" * 32, 1, grade, 0, day, at, "cards"
    )  # fmt: skip
