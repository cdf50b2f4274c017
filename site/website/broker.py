"""The Redis of a cluster (`REDIS_URL`): it says which step is due, and holds nothing that the tables do not (ADR 35).

All keys begin with the site's own prefix. One more names the site: a Redis serves one cluster, and a database of it
that is another cluster's is refused.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sqlalchemy import text

from carrel.db import Database
from carrel.settings import Settings, SettingsError
from carrel.tokens import site_secret

if TYPE_CHECKING:
    from redis import Redis

QUEUES: Final = ("urgent", "payments", "bulk", "upkeep")  # the most urgent first
URL: Final = re.compile(r"rediss?://([^@/\s]*@)?[^@/:\s]+(:\d{1,5})?(/\d*)?(\?\S*)?")
MARKER: Final = "carrel:site"
MARKER_SECONDS: Final = (
    60  # the leader renews it: a cluster that has gone, or has moved, is forgotten by itself
)
SEEN_SECONDS: Final = 30
ROOM_BYTES: Final = 1024 * 1024  # for messages and connections: with less, workers start, and can do nothing
MOST_WAITING: Final = 100  # messages in a queue: while nobody takes them, none are added
PATIENCE_SECONDS: Final = 5.0
FIRST_POSTGRES: Final = 15  # the oldest that the tests run on
DATABASE: Final = "SELECT oid, (SELECT system_identifier FROM pg_control_system()) FROM pg_database WHERE datname = current_database()"


class BrokerError(SettingsError):
    """The cluster cannot work so. The message is one sentence for the operator."""


class Broker:
    """This site's part of a Redis. Everything raises `BrokerError`."""

    def __init__(self, url: str, base_url: str, cluster_id: str) -> None:
        if not url:
            raise BrokerError(
                "REDIS_URL is missing: a cluster needs a Redis, such as redis://127.0.0.1:6379/0."
            )
        if not URL.fullmatch(url):
            raise BrokerError(
                "REDIS_URL must be an address such as redis://:password@host:6379/0, or rediss://… with TLS."
            )
        self.url = url
        self.prefix = f"carrel:{cluster_id}:"
        self._marker = f"{base_url} {cluster_id}"
        self._redis = _client(url)

    @classmethod
    def of(cls, settings: Settings, db: Database) -> "Broker":
        """The broker of the site with this database, which must be one that several machines can share."""
        return cls(settings.redis_url, settings.base_url, cluster_id(settings, db))

    def claim(self) -> None:
        """See that this Redis is ours and takes what is written, and go on having it for a minute."""
        with self._sentences():
            is_free = self._redis.set(MARKER, self._marker, nx=True, ex=MARKER_SECONDS)
            theirs = self._marker if is_free else str(self._redis.get(MARKER) or self._marker)
            if theirs != self._marker:
                raise BrokerError(
                    f"The Redis at {self.place} is used by another cluster, that of {theirs.split(' ')[0]}: give each a "
                    "database of its own in REDIS_URL, such as …/1 (one that has ended is forgotten after a minute)."
                )
            self._redis.set(MARKER, self._marker, ex=MARKER_SECONDS)
            if self._is_nearly_full():
                raise BrokerError(self._full)

    def see(self, worker: str) -> None:
        """Note that a worker is there."""
        with self._sentences():
            self._redis.set(f"{self.prefix}worker:{worker}", "", ex=SEEN_SECONDS)

    def workers(self) -> list[str]:
        """The workers that were seen in the last half minute."""
        start = f"{self.prefix}worker:"
        with self._sentences():
            return sorted(key.removeprefix(start) for key in self._redis.scan_iter(f"{start}*", count=1000))

    def waiting(self) -> dict[str, int]:
        """How many messages wait in each queue."""
        with self._sentences():
            lengths = self._redis.pipeline(transaction=False)
            for queue in QUEUES:
                lengths.llen(f"{self.prefix}{queue}")
            return dict(zip(QUEUES, lengths.execute(), strict=True))

    @property
    def place(self) -> str:
        """Host and port, without the password."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or '127.0.0.1'}:{parts.port or 6379}"

    @property
    def _full(self) -> str:
        return f"The Redis at {self.place} is full: give it more memory (maxmemory), or another to whoever fills it."

    def _is_nearly_full(self) -> bool:
        """Whether it would soon refuse to take more. One that makes room by itself never does; one may not tell."""
        from redis.exceptions import NoPermissionError

        with suppress(NoPermissionError):
            memory = self._redis.info("memory")
            most, refuses = int(memory.get("maxmemory", 0)), memory.get("maxmemory_policy") == "noeviction"
            return refuses and 0 < most < int(memory["used_memory"]) + ROOM_BYTES
        return False

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        from redis import exceptions

        try:
            yield
        except (exceptions.AuthenticationError, exceptions.NoPermissionError):
            raise BrokerError(
                f"The Redis at {self.place} refuses the user or password in REDIS_URL."
            ) from None
        except exceptions.OutOfMemoryError:
            raise BrokerError(self._full) from None
        except (exceptions.ConnectionError, exceptions.TimeoutError):
            raise BrokerError(
                f"Redis cannot be reached at {self.place}: is it running, and is REDIS_URL right?"
            ) from None
        except exceptions.RedisError as error:
            raise BrokerError(
                f"The Redis at {self.place} refuses to work: {str(error).rstrip('.')}."
            ) from None


def cluster_id(settings: Settings, db: Database) -> str:
    """What tells two clusters apart: site, address and the very database. A copy of a site is another cluster."""
    if db.is_sqlite:
        raise BrokerError(
            "A cluster needs PostgreSQL, and this site is on SQLite: move it with `carrel move-database`, or run "
            "`carrel worker` without --cluster."
        )
    with db.read() as session:
        version = int(session.scalar(text("SHOW server_version_num")) or 0) // 10_000
        if version < FIRST_POSTGRES:
            raise BrokerError(
                f"PostgreSQL {version} is too old for a cluster: {FIRST_POSTGRES} or later is needed."
            )
        database = session.execute(text(DATABASE)).one()
        names = f"{settings.base_url} {site_secret(session, 'site').hex()} {database}"
    return hashlib.sha256(names.encode()).hexdigest()[:16]


def _client(url: str) -> "Redis":
    try:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ModuleNotFoundError:
        raise BrokerError(
            "Celery and Redis's client are not installed: pip install 'carrel[cluster]'."
        ) from None
    patience: dict[str, Any] = {
        "socket_timeout": PATIENCE_SECONDS,
        "socket_connect_timeout": PATIENCE_SECONDS,
    }
    # Once more at once: the connection that was open may be of a Redis that has started anew.
    return Redis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 1), **patience)
