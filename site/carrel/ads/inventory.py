"""The ads that may be shown at all: active, unbroken, and short of their cap."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from carrel.ads.models import AdCount, HouseAd
from carrel.media import media_of
from carrel.settings import Settings

Ads = list[HouseAd]


def enabled(session: Session) -> Ads:
    """Every ad that the operator wants shown, now or later, by number."""
    query = select(HouseAd).where(HouseAd.active, HouseAd.archived_at.is_(None)).order_by(HouseAd.id)
    return list(session.scalars(query))


def views_of(session: Session, ads: Iterable[HouseAd]) -> dict[int, int]:
    """How often each of the ads was seen so far."""
    numbers = [str(ad.id) for ad in ads]
    query = select(AdCount.ad, func.sum(AdCount.views)).where(AdCount.ad.in_(numbers)).group_by(AdCount.ad)
    return {int(number): int(views) for number, views in session.execute(query)} if numbers else {}


def available(session: Session, settings: Settings) -> Ads:
    """The ads that a page may choose from."""
    ads = enabled(session)
    views = views_of(session, [ad for ad in ads if ad.cap])
    may_have = media_of(settings).may_have
    return [ad for ad in ads if not is_full(ad, views) and not is_broken(ad, may_have)]


def is_full(ad: HouseAd, views: dict[int, int]) -> bool:
    """Whether its cap is reached. Views are counted every few seconds, so a few more may come."""
    return ad.cap is not None and views.get(ad.id, 0) >= ad.cap


def is_broken(ad: HouseAd, has: Callable[[str], bool]) -> bool:
    """Whether its picture is missing; `has` says which ones are there."""
    return ad.kind == "image" and not (ad.picture and has(ad.picture))


def is_over(ad: HouseAd, now: datetime) -> bool:
    """Whether its last day has passed."""
    return ad.ends_at is not None and ad.ends_at <= now
