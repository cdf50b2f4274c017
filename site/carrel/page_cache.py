"""The page cache: each page once for each audience, and the cache version that makes cached pages stale.

A cached page holds nothing personal. It is rendered once, compressed once, and served from memory until
the cache version rises (somebody published), its time is over, or room is needed.
"""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import brotli
from sqlalchemy import CheckConstraint, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from carrel.bounded_cache import BoundedCache
from carrel.db import Base, Database

AUDIENCE_SECONDS = 60.0
MOST_AUDIENCES = 20_000
CAPACITY_BYTES = 64 * 1024 * 1024
BROTLI_QUALITY = 5  # a page in a millisecond, as gzip's 6
POLL_SECONDS = 0.5  # our own processes see a change within a second
OLDEST_SECONDS = 1.0


class Audience(StrEnum):
    """Whom a page is for: a guest, somebody who is signed in, somebody with the pass."""

    GUEST = "guest"
    READER = "reader"
    PASS = "pass"

    @property
    def has_ads(self) -> bool:
        """Only a pass takes the ads away."""
        return self is not Audience.PASS


class Versions(NamedTuple):
    """What a cached page, and what a cached audience must have been made within."""

    pages: int
    audiences: int


class CacheVersion(Base):
    """One row, raised by what makes pages and audiences stale (`value`), or, as a sale, audiences alone (`audiences`)."""

    __tablename__ = "epoch"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]
    audiences: Mapped[int] = mapped_column(default=0, server_default="0")


def current_cache_version(session: Session) -> int:
    """The cache version as this transaction sees it."""
    return current_versions(session).pages


def current_versions(session: Session) -> Versions:
    """The versions of pages and audiences as this transaction sees them."""
    pages, audiences = session.execute(select(CacheVersion.value, CacheVersion.audiences)).one()
    return Versions(pages, pages + audiences)


def bump_cache_version(session: Session) -> None:
    """Make every cached page and audience stale, from the commit of this transaction on."""
    session.execute(update(CacheVersion).values(value=CacheVersion.value + 1))


def bump_audience_version(session: Session) -> None:
    """Make every cached audience stale, from the commit of this transaction on; pages stay as they are."""
    session.execute(update(CacheVersion).values(audiences=CacheVersion.audiences + 1))


class CacheVersionWatch:
    """The versions, read from the database twice a second at most.

    While the database cannot answer, the last known versions stand: cached pages go on being served.
    """

    def __init__(
        self, db: Database, poll_seconds: float = POLL_SECONDS, oldest_seconds: float = OLDEST_SECONDS
    ) -> None:
        self._db = db
        self._poll_seconds = poll_seconds
        self._oldest_seconds = oldest_seconds
        self._value = Versions(0, 0)
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> Versions:
        """The versions, at most `poll_seconds` old."""
        if time.monotonic() - self._read_at < self._poll_seconds:
            return self._value
        with self._lock:
            if time.monotonic() - self._read_at >= self._poll_seconds:
                self._read()
            return self._value

    def recent(self) -> Versions | None:
        """The versions without waiting, at most a second old, while another thread reads it again; else None."""
        age = time.monotonic() - self._read_at
        if age >= self._poll_seconds and self._lock.acquire(blocking=False):
            threading.Thread(target=self._read_and_release, daemon=True).start()
        return self._value if age < self._oldest_seconds else None

    def _read_and_release(self) -> None:
        try:
            self._read()
        except SQLAlchemyError:
            pass  # who must know asks `current`, and is told
        finally:
            self._lock.release()

    def _read(self) -> None:
        began = time.monotonic()
        try:
            with self._db.read() as session:
                self._value = current_versions(session)
        except SQLAlchemyError:
            if self._value.pages == 0:
                raise
        self._read_at = began  # last: from here on others take the value without the lock


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A rendered page, compressed, with what is needed to answer a conditional request."""

    gzipped: bytes
    digest: str
    cache_version: int
    fresh_until: datetime | None
    mimetype: str = "text/html"
    changed_at: datetime | None = None

    @property
    def body(self) -> bytes:
        """The page as it was rendered."""
        return gzip.decompress(self.gzipped)

    def encoded(self, encoding: str) -> bytes:
        """The page in this content coding. Brotli is made anew: the response cache keeps what is asked often."""
        if encoding == "br":
            return bytes(brotli.compress(self.body, quality=BROTLI_QUALITY))
        return self.gzipped if encoding == "gzip" else self.body

    def is_fresh(self, cache_version: int, now: datetime) -> bool:
        """Whether neither a newer cache version nor the clock made it stale."""
        in_time = self.fresh_until is None or now < self.fresh_until
        return in_time and self.cache_version == cache_version


def compress(
    body: str,
    cache_version: int,
    fresh_until: datetime | None,
    mimetype: str = "text/html",
    changed_at: datetime | None = None,
) -> CachedPage:
    """Compress a rendered page for the cache.

    `fresh_until` is when time alone makes it stale (an article appears), `changed_at` when its content last
    changed, for Last-Modified.
    """
    raw = body.encode()
    digest = hashlib.sha256(raw).hexdigest()[:32]
    return CachedPage(
        gzip.compress(raw, 6, mtime=0), digest, cache_version, fresh_until, mimetype, changed_at
    )


class PageCache:
    """Cached pages, bounded by their bytes."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._pages = BoundedCache[tuple[str, Audience], CachedPage](capacity_bytes)

    @property
    def used_bytes(self) -> int:
        """How much the pages take."""
        return self._pages.used_bytes

    def get(self, key: str, audience: Audience, cache_version: int, now: datetime) -> CachedPage | None:
        """The cached page, unless a newer cache version or the clock made it stale."""
        page = self._pages.get((key, audience))
        return page if page and page.is_fresh(cache_version, now) else None

    def last(self, key: str, audience: Audience) -> CachedPage | None:
        """The page that was cached last, however old: better than none while the database is away."""
        return self._pages.get((key, audience))

    def put(self, key: str, audience: Audience, page: CachedPage) -> None:
        """Cache a page, and drop others until all fit."""
        self._pages.put((key, audience), page, len(page.gzipped))


class AudienceCache:
    """Which audience a cookie belongs to, for a minute and within one version of audiences; bounded, the oldest leaves first."""

    def __init__(self, capacity: int = MOST_AUDIENCES, seconds: float = AUDIENCE_SECONDS) -> None:
        self._capacity = capacity
        self._seconds = seconds
        self._audiences: OrderedDict[str, tuple[Audience, int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, cookie: str, version: int) -> Audience | None:
        """The cached audience, unless a newer version or a minute made it stale."""
        with self._lock:
            audience, of_version, until = self._audiences.get(cookie, (None, 0, 0.0))
        return audience if of_version == version and time.monotonic() < until else None

    def last(self, cookie: str) -> Audience | None:
        """The last known audience, however old: better than none while the database is away."""
        with self._lock:
            return self._audiences.get(cookie, (None, 0, 0.0))[0]

    def put(self, cookie: str, audience: Audience, version: int) -> None:
        """Cache an audience that was read within this version of audiences."""
        with self._lock:
            self._audiences.pop(cookie, None)
            self._audiences[cookie] = (audience, version, time.monotonic() + self._seconds)
            while len(self._audiences) > self._capacity:
                self._audiences.popitem(last=False)

    def drop(self, cookie: str) -> None:
        """Forget it: the browser has just signed out."""
        with self._lock:
            self._audiences.pop(cookie, None)
