"""Which house ad a slot shows: decided by weight from a hash, without a profile and without a script.

The same slot of the same article shows the same ad for a whole window of time, so that pages can be
cached; the next window draws again (decision 7).
"""

import hashlib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from carrel.ads.models import HouseAd


@dataclass(frozen=True)
class AdContext:
    """What is known about the place where an ad would be shown. `article` may be any stable key of the page."""

    article: str
    exam: str = ""
    topics: tuple[str, ...] = ()


def window_start(now: datetime, minutes: int) -> datetime:
    """The beginning of the window that `now` lies in. Windows are counted from the Unix epoch."""
    width = minutes * 60
    return datetime.fromtimestamp(int(now.timestamp()) // width * width, UTC)


def fresh_until(ads: Iterable[HouseAd], now: datetime, minutes: int) -> datetime:
    """When the choice becomes stale: at the end of the window, or when an ad starts or ends before it."""
    window_end = window_start(now, minutes) + timedelta(minutes=minutes)
    turns = [turn for ad in ads for turn in (ad.starts_at, ad.ends_at) if turn and now < turn < window_end]
    return min([window_end, *turns])


def is_eligible(ad: HouseAd, slot: str, where: AdContext, now: datetime) -> bool:
    """Whether the ad may be shown there now. The caller checks its cap, its picture and its state."""
    started = ad.starts_at is None or ad.starts_at <= now
    ended = ad.ends_at is not None and ad.ends_at <= now
    on_exam = not ad.exams or where.exam in ad.exams
    on_topic = not ad.topics or not set(ad.topics).isdisjoint(where.topics)
    return started and not ended and (not ad.slots or slot in ad.slots) and on_exam and on_topic


def choose(
    ads: Iterable[HouseAd],
    slot: str,
    where: AdContext,
    *,
    now: datetime,
    minutes: int,
    name: str = "",
    already: Container[int] = (),
) -> HouseAd | None:
    """The ad for a slot: a paid one before a house ad, and one that the page does not show yet before another.

    `name` tells the slots of one kind in a page apart ("inline-2"). None when no ad may be shown there.
    """
    fitting = [ad for ad in ads if is_eligible(ad, slot, where, now)]
    best = [ad for ad in fitting if ad.paid] or fitting
    unseen = [ad for ad in best if ad.id not in already] or best
    start = window_start(now, minutes)
    return _draw(unseen, f"{name or slot}\0{where.article}\0{start.isoformat()}") if unseen else None


def _draw(ads: Sequence[HouseAd], seed: str) -> HouseAd:
    """One of the ads, each as likely as its weight says."""
    ordered = sorted(ads, key=lambda ad: ad.id)
    total = sum(ad.weight for ad in ordered)
    ticket = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % total
    for ad in ordered:
        ticket -= ad.weight
        if ticket < 0:
            return ad
    raise AssertionError("the ticket is smaller than the sum of the weights")
