"""Recognizing a browser for half an hour without identifying it: a hash with a random salt that is then deleted.

A browser is its IP and its name, hashed with a salt that lives for an hour at most and is
shared by our processes. Neither IP nor name is stored, and without the salt nobody can find them
again by trying.
"""

import hashlib
import secrets
import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from carrel.ads.models import CountedEvent, Salt
from carrel.db import Database, insert_new

PERIOD = timedelta(minutes=30)
FINGERPRINT_BYTES = 16
Pair = tuple[bytes, bytes]


class Salts:
    """The salt of this half hour and that of the last one."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._period: datetime | None = None
        self._pair: Pair = (b"", b"")
        self._lock = threading.Lock()

    def pair(self, now: datetime) -> Pair:
        """Both salts. The database is asked once in half an hour."""
        period = period_of(now)
        with self._lock:
            if self._period != period:
                self._pair = (self._fetch(period), self._fetch(period - PERIOD))
                self._period = period
            return self._pair

    def _fetch(self, period: datetime) -> bytes:
        with self._db.write() as session:
            insert_new(session, Salt, period=period, value=secrets.token_bytes(32))
            return session.scalars(select(Salt.value).where(Salt.period == period)).one()


def period_of(now: datetime) -> datetime:
    """The beginning of the half hour that `now` lies in."""
    width = int(PERIOD.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // width * width, UTC)


def fingerprint(salt: bytes, *parts: str) -> bytes:
    """The parts as 16 bytes that say nothing without the salt."""
    return hashlib.blake2b("\0".join(parts).encode(), key=salt, digest_size=FINGERPRINT_BYTES).digest()


def forget(session: Session, now: datetime) -> None:
    """Delete what is not needed any more: salts before the last half hour's, counted events older than that."""
    session.execute(delete(Salt).where(Salt.period < period_of(now) - PERIOD))
    session.execute(delete(CountedEvent).where(CountedEvent.at <= now - PERIOD))
