"""Adding events to the counters of their hour, each kind of event of a browser once in half an hour."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.ads import inventory, salts
from carrel.ads.events import AdEvent
from carrel.ads.models import AdCount, CountedEvent, HouseAd, PageCount
from carrel.db import insert_into
from carrel.page_cache import bump_cache_version

CHUNK = 500  # rows in a statement
T = TypeVar("T")


def count(session: Session, events: Sequence[AdEvent]) -> int:
    """Count what was not counted yet; how many that was."""
    salts.forget(session, max(event.at for event in events))
    fresh = _not_counted(session, events)
    _add_ads([event for event in fresh if event.kind != "page"], session)
    _add_pages([event for event in fresh if event.kind == "page"], session)
    _drop_capped_ads_from_cache(session, fresh)
    return len(fresh)


def _not_counted(session: Session, events: Sequence[AdEvent]) -> list[AdEvent]:
    """Those whose fingerprint is new under both salts. They are recorded in the same transaction."""
    before = [event.fingerprint_before for event in events]
    known = {
        fingerprint
        for chunk in _chunks(before)
        for fingerprint in session.scalars(select(CountedEvent.hash).where(CountedEvent.hash.in_(chunk)))
    }
    # In order, so that two processes that count at once never wait for each other.
    unknown = sorted(
        (event for event in events if event.fingerprint_before not in known),
        key=lambda event: event.fingerprint,
    )
    return [event for chunk in _chunks(unknown) for event in _record_new(session, chunk)]


def _record_new(session: Session, events: Sequence[AdEvent]) -> Iterator[AdEvent]:
    rows = [{"hash": event.fingerprint, "at": event.at} for event in events]
    adding = (
        insert_into(session, CountedEvent).values(rows).on_conflict_do_nothing().returning(CountedEvent.hash)
    )
    added = set(session.scalars(adding))
    return (event for event in events if event.fingerprint in added)


def _add_ads(events: Sequence[AdEvent], session: Session) -> None:
    sums = Counter[tuple[Any, ...]]()
    for event in events:
        sums[event.hour, event.token.ad, event.token.slot, event.token.exam, event.kind] += 1
    keys = sorted({key[:4] for key in sums})
    names = ("hour", "ad", "slot", "exam")
    rows = [
        dict(zip(names, key, strict=True)) | {"views": sums[*key, "view"], "clicks": sums[*key, "click"]}
        for key in keys
    ]
    upsert(session, AdCount, names, rows)


def _add_pages(events: Sequence[AdEvent], session: Session) -> None:
    sums = Counter((event.hour, event.token.article, event.token.exam) for event in events)
    names = ("hour", "article", "exam")
    rows = [dict(zip(names, key, strict=True)) | {"views": views} for key, views in sorted(sums.items())]
    upsert(session, PageCount, names, rows)


def upsert(
    session: Session, model: type[AdCount | PageCount], names: Sequence[str], rows: Sequence[dict[str, Any]]
) -> None:
    """Add the views and clicks of these rows to the counters with the same key, which the columns `names` are."""
    for chunk in _chunks(rows):
        adding = insert_into(session, model).values(chunk)
        grown = {
            column: getattr(model, column) + adding.excluded[column]
            for column in chunk[0]
            if column not in names
        }
        session.execute(adding.on_conflict_do_update(index_elements=names, set_=grown))


def _drop_capped_ads_from_cache(session: Session, events: Sequence[AdEvent]) -> None:
    """An ad that reaches its cap just now must leave the cached pages."""
    added = Counter(event.token.ad for event in events if event.kind == "view")
    numbers = [int(ad) for ad in added if ad.isdigit()]
    capped = list(session.scalars(select(HouseAd).where(HouseAd.id.in_(numbers), HouseAd.cap.is_not(None))))
    views = inventory.views_of(session, capped)
    if any(0 <= views.get(ad.id, 0) - (ad.cap or 0) < added[str(ad.id)] for ad in capped):
        bump_cache_version(session)


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
