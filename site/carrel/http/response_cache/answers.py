"""The answers that Flask gave, word for word, for as long as they hold: bounded by their bytes."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from carrel.bounded_cache import BoundedCache
from carrel.http.response_cache.request_key import RequestKey
from carrel.page_cache import Audience

CAPACITY_BYTES = 32 * 1024 * 1024
OVERHEAD_BYTES = 4 * 1024  # of an answer's headers and key, generously
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What Flask said, without the request's id, and how long it holds."""

    status: str
    headers: Headers
    body: bytes
    entity_tag: str
    cache_version: int
    fresh_until: datetime | None

    @cached_property
    def fields(self) -> bytes:
        """The headers as they go over the wire."""
        return "".join(f"{name}: {value}\r\n" for name, value in self.headers).encode("latin-1")

    @property
    def size(self) -> int:
        """Its bytes in memory, about."""
        return len(self.body) + OVERHEAD_BYTES

    def is_fresh(self, cache_version: int, now: datetime) -> bool:
        """Whether neither a newer cache version nor the clock made it stale."""
        in_time = self.fresh_until is None or now < self.fresh_until
        return in_time and self.cache_version == cache_version


class Answers:
    """Answers by what was asked and for whom."""

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._answers = BoundedCache[tuple[RequestKey, Audience], Answer](capacity_bytes)

    @property
    def used_bytes(self) -> int:
        """How much the answers take."""
        return self._answers.used_bytes

    def get(self, key: RequestKey, audience: Audience, cache_version: int, now: datetime) -> Answer | None:
        """The answer, unless a newer cache version or the clock made it stale."""
        answer = self._answers.get((key, audience))
        return answer if answer and answer.is_fresh(cache_version, now) else None

    def put(self, key: RequestKey, audience: Audience, answer: Answer) -> None:
        """Keep an answer, and drop others until all fit."""
        self._answers.put((key, audience), answer, answer.size)
