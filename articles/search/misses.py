"""Searches that found nothing, counted for the author: words alone, and never what may say who searched.

They are collected in memory and written every few seconds, so that a search costs no write. What was collected
since is lost with a process that is killed.
"""

import atexit
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import structlog
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from articles.models import SearchMiss
from articles.models.searches import MISS_LENGTH
from articles.search.tokens import chunks
from carrel import clock
from carrel.db import Database, insert_into
from carrel.services import Services

log = structlog.get_logger()
FLUSH_SECONDS = 5.0
EVERY_SECONDS = 3600.0
KEPT = timedelta(days=180)  # since the last search for the same words
MOST_COLLECTED = 500
MOST_ROWS = 1_000  # beyond these, the rarest and oldest go
_MOST_DIGITS = 6  # more are a card's, a phone's or a member's number
_MOST_WORDS = 8
_PERSONAL = re.compile(r"[@＠]|://|www\.", re.IGNORECASE)


def anonymous_words(query: str) -> str:
    """The words of a query as they are kept, or "" for one that may say who searched."""
    if _PERSONAL.search(query) or sum(letter.isdigit() for letter in query) > _MOST_DIGITS:
        return ""
    words = [
        joined or "".join((parts[0], *(part[-1] for part in parts[1:]))) for parts, joined in chunks(query)
    ]
    kept = " ".join(words)
    return kept if len(words) <= _MOST_WORDS and len(kept) <= MISS_LENGTH else ""


class MissBuffer:
    """The searches without a result since the last flush."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counts = Counter[str]()
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def add(self, query: str) -> None:
        """Count one. Beyond the limit, new words are dropped."""
        words = anonymous_words(query)
        with self._lock:
            if words and (words in self._counts or len(self._counts) < MOST_COLLECTED):
                self._counts[words] += 1

    def flush(self) -> None:
        """Write them down. When the database cannot be written, they are dropped."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            with self._db.write() as session:
                count(session, counts, clock.now().date())
        except SQLAlchemyError as error:
            log.warning("searches without a result were not counted", problem=str(error))

    def start(self, every_seconds: float = FLUSH_SECONDS) -> None:
        """Flush in a thread of this process, and once more when it ends."""

        def run() -> None:
            while not self._stopping.wait(every_seconds):
                self.flush()

        threading.Thread(target=run, name="search-misses", daemon=True).start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End the thread and write what is left."""
        self._stopping.set()
        self.flush()


def count(session: Session, counts: Mapping[str, int], today: date) -> None:
    """Add to the counts in the table, and keep it within its limit."""
    for words, number in counts.items():
        row = insert_into(session, SearchMiss).values(words=words, count=number, last_on=today)
        add = {"count": SearchMiss.count + number, "last_on": today}
        session.execute(row.on_conflict_do_update(index_elements=[SearchMiss.words], set_=add))
    beyond = most_frequent().offset(MOST_ROWS).limit(MOST_COLLECTED).subquery()
    session.execute(delete(SearchMiss).where(SearchMiss.words.in_(select(beyond.c.words))))


def most_frequent() -> Select[SearchMiss]:
    """What was searched for in vain, the most frequent first."""
    order = (SearchMiss.count.desc(), SearchMiss.last_on.desc(), SearchMiss.words)
    return select(SearchMiss).order_by(*order)


def read(session: Session, limit: int) -> Sequence[SearchMiss]:
    """The most frequent searches without a result."""
    return session.scalars(most_frequent().limit(limit)).all()


def run_step(services: Services) -> bool:
    """A step of the worker: forget what nobody has searched for since."""
    with services.db.write() as session:
        session.execute(delete(SearchMiss).where(SearchMiss.last_on < (clock.now() - KEPT).date()))
    return False
