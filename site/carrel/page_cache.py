"""Editions: the three forms in which a page exists, kept rendered, and the epoch that makes them old.

An edition holds nothing personal. It is rendered once, compressed once, and served from memory until
the epoch rises (somebody published, bought, was refunded), its own clock runs out, or room is needed.
"""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from carrel.db import Base, Database

VERDICT_SECONDS = 60.0
VERDICTS_KEPT = 20_000
CAPACITY_BYTES = 64 * 1024 * 1024
POLL_SECONDS = 0.5  # our own processes see a change within a second


class Audience(StrEnum):
    """Who a page is for: a stranger, somebody signed in, somebody with the pass."""

    GUEST = "guest"
    READER = "reader"
    PASS = "pass"

    @property
    def has_ads(self) -> bool:
        """Only a pass takes the ads away."""
        return self is not Audience.PASS


class CacheVersion(Base):
    """One row, one number. It rises in the transaction that makes editions or verdicts old."""

    __tablename__ = "epoch"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]


def current_epoch(session: Session) -> int:
    """The epoch as this transaction sees it."""
    return session.scalars(select(CacheVersion.value)).one()


def raise_epoch(session: Session) -> None:
    """Make every kept edition and verdict old, from the commit of this transaction on."""
    session.execute(update(CacheVersion).values(value=CacheVersion.value + 1))


class CacheVersionWatch:
    """The epoch, asked of the database twice a second at most.

    While the database cannot answer, the last known epoch stands: kept editions go on being served.
    """

    def __init__(self, db: Database, poll_seconds: float = POLL_SECONDS) -> None:
        self._db = db
        self._poll_seconds = poll_seconds
        self._value = 0
        self._asked_at = float("-inf")
        self._lock = threading.Lock()

    def value(self) -> int:
        """The epoch, at most `poll_seconds` old."""
        with self._lock:
            if time.monotonic() - self._asked_at >= self._poll_seconds:
                self._ask()
            return self._value

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        try:
            with self._db.read() as session:
                self._value = current_epoch(session)
        except SQLAlchemyError:
            if self._value == 0:
                raise


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A rendered page, compressed, with what is needed to answer a conditional request."""

    gzipped: bytes
    digest: str
    epoch: int
    fresh_until: datetime | None
    mimetype: str = "text/html"
    changed_at: datetime | None = None

    @property
    def body(self) -> bytes:
        """The page as it was rendered."""
        return gzip.decompress(self.gzipped)


def keep(
    body: str,
    epoch: int,
    fresh_until: datetime | None,
    mimetype: str = "text/html",
    changed_at: datetime | None = None,
) -> CachedPage:
    """Compress a rendered page. `fresh_until` is when the clock alone makes it old (an article appears),
    `changed_at` when what it says last changed, for Last-Modified."""
    raw = body.encode()
    digest = hashlib.sha256(raw).hexdigest()[:32]
    return CachedPage(gzip.compress(raw, 6, mtime=0), digest, epoch, fresh_until, mimetype, changed_at)


class PageCache:
    """Kept pages, bounded by bytes, the least recently served leaving first."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self.capacity_bytes = capacity_bytes
        self.used_bytes = 0
        self._pages: OrderedDict[tuple[str, Audience], CachedPage] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, edition: Audience, epoch: int, now: datetime) -> CachedPage | None:
        """The kept page, unless the epoch or the clock made it old."""
        with self._lock:
            page = self._pages.get((key, edition))
            if page is None or page.epoch != epoch or (page.fresh_until and page.fresh_until <= now):
                return None
            self._pages.move_to_end((key, edition))
            return page

    def last(self, key: str, edition: Audience) -> CachedPage | None:
        """The page that was kept last, however old: better than none while the database is away."""
        with self._lock:
            return self._pages.get((key, edition))

    def put(self, key: str, edition: Audience, page: CachedPage) -> None:
        """Keep a page, and let the oldest go until all fit."""
        with self._lock:
            self._drop((key, edition))
            self._pages[key, edition] = page
            self.used_bytes += len(page.gzipped)
            while self.used_bytes > self.capacity_bytes and self._pages:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: tuple[str, Audience]) -> None:
        if old := self._pages.pop(key, None):
            self.used_bytes -= len(old.gzipped)


class AudienceCache:
    """Which edition a cookie gets, for a minute and within one epoch; bounded, the oldest leaving first."""

    def __init__(self, capacity: int = VERDICTS_KEPT, seconds: float = VERDICT_SECONDS) -> None:
        self._capacity = capacity
        self._seconds = seconds
        self._verdicts: OrderedDict[str, tuple[Audience, int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, cookie: str, epoch: int) -> Audience | None:
        """The verdict, unless the epoch or a minute made it old."""
        with self._lock:
            edition, of_epoch, until = self._verdicts.get(cookie, (None, 0, 0.0))
        return edition if of_epoch == epoch and time.monotonic() < until else None

    def last(self, cookie: str) -> Audience | None:
        """The last verdict, however old: better than none while the database is away."""
        with self._lock:
            return self._verdicts.get(cookie, (None, 0, 0.0))[0]

    def put(self, cookie: str, edition: Audience, epoch: int) -> None:
        """Keep a verdict that was asked for within this epoch."""
        with self._lock:
            self._verdicts.pop(cookie, None)
            self._verdicts[cookie] = (edition, epoch, time.monotonic() + self._seconds)
            while len(self._verdicts) > self._capacity:
                self._verdicts.popitem(last=False)

    def drop(self, cookie: str) -> None:
        """Forget it: the browser has just signed out."""
        with self._lock:
            self._verdicts.pop(cookie, None)
