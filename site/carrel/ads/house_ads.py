"""Creating, changing and archiving house ads: each adds an audit entry and makes cached pages stale.

The admin screens call these inside one write transaction.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.ads.drafts import AdTargets, Draft, InvalidDraftError, Upload, check
from carrel.ads.models import HouseAd
from carrel.images import processing
from carrel.media import PATH, media_of
from carrel.page_cache import bump_cache_version
from carrel.settings import Settings

NAME_TAKEN = {"name": "Another ad already has this name. Choose a different one."}


class AdNotFoundError(Exception):
    """There is no ad with this id."""

    def __init__(self, ad_id: int) -> None:
        super().__init__(f"there is no ad {ad_id}")
        self.ad_id = ad_id


def take_picture(settings: Settings, name: str, content: bytes) -> Upload:
    """Re-encode an uploaded picture and share it with all machines. Call it before the transaction.

    `name` is the file's name as it was uploaded. Raises `carrel.images.problems.ImageError`, whose text and `hint`
    are for the operator, and `carrel.object_store.ObjectStoreError`.
    """
    media = media_of(settings)
    picture = processing.publish(name, content, media.folder, PATH)
    media.share(picture.files)
    return Upload(picture.url.removeprefix(PATH), picture.width, picture.height)


def every_ad(session: Session, *, archived: bool = False) -> Sequence[HouseAd]:
    """The ads that are not archived, or those that are; the newest first."""
    where = HouseAd.archived_at.is_not(None) if archived else HouseAd.archived_at.is_(None)
    return session.scalars(select(HouseAd).where(where).order_by(HouseAd.id.desc())).all()


def find(session: Session, ad_id: int) -> HouseAd:
    """The ad with this id. Raises `AdNotFoundError`."""
    ad = session.get(HouseAd, ad_id)
    if ad is None:
        raise AdNotFoundError(ad_id)
    return ad


def create(session: Session, draft: Draft, known: AdTargets, *, actor: str) -> HouseAd:
    """A new ad. Raises `InvalidDraftError` with a sentence for each wrong field."""
    check(draft, known)
    ad = HouseAd(created_at=clock.now())
    _apply(session, ad, draft)
    audit.record(session, actor=actor, action="ads.create", subject=f"ad:{ad.id}", after=_values(ad))
    bump_cache_version(session)
    return ad


def update(session: Session, ad_id: int, draft: Draft, known: AdTargets, *, actor: str) -> HouseAd:
    """Change an ad to what the draft says. Raises `InvalidDraftError`, `AdNotFoundError`."""
    ad = find(session, ad_id)
    check(draft, known, has_picture=ad.picture is not None)
    before = _values(ad)
    _apply(session, ad, draft)
    _record(session, ad, "ads.update", before, actor)
    return ad


def switch(session: Session, ad_id: int, *, on: bool, actor: str) -> None:
    """Pause an ad, or resume it; an archived one stays off. Raises `AdNotFoundError`."""
    ad = find(session, ad_id)
    before = _values(ad)
    ad.active = on and ad.archived_at is None
    _record(session, ad, "ads.switch", before, actor)


def archive(session: Session, ad_id: int, *, actor: str) -> None:
    """Archive an ad for good; its numbers stay. Raises `AdNotFoundError`."""
    ad = find(session, ad_id)
    before = _values(ad)
    ad.active, ad.archived_at = False, clock.now()
    _record(session, ad, "ads.archive", before, actor)


def _apply(session: Session, ad: HouseAd, draft: Draft) -> None:
    for field in fields(Draft):
        if field.name != "upload":
            value = getattr(draft, field.name)
            setattr(ad, field.name, list(value) if isinstance(value, tuple) else value)
    if draft.upload:
        ad.picture = draft.upload.picture
        ad.picture_width, ad.picture_height = draft.upload.width, draft.upload.height
    try:
        with session.begin_nested():
            session.add(ad)
    except IntegrityError:
        raise InvalidDraftError(NAME_TAKEN) from None


def _record(session: Session, ad: HouseAd, action: str, before: audit.Values, actor: str) -> None:
    after = _values(ad)
    changed = [key for key in after if before[key] != after[key]]
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"ad:{ad.id}",
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    bump_cache_version(session)


def _values(ad: HouseAd) -> audit.Values:
    names = [field.name for field in fields(Draft) if field.name != "upload"] + ["picture", "archived_at"]
    values = {name: getattr(ad, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }
