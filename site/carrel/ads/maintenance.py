"""Looking after ads: the operator hears once of each that cannot be shown, and old salts are thrown away.

A step of the worker, as a page that is read changes nothing.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads import inventory, salts
from carrel.ads.models import HouseAd
from carrel.http.services import Services
from carrel.mail.alarms import raise_alarm
from carrel.settings import Settings

EVERY_SECONDS = 60.0
ADVICE = "Other ads stand in its place. Mend it, change its dates or archive it under /admin/."


class AdMaintenance:
    """The step. `exams` gives the slugs of all exams, which this floor does not know."""

    def __init__(self, exams: Callable[[Session], Collection[str]]) -> None:
        self._exams = exams

    def handle_one(self, services: Services) -> bool:
        """Tell the operator of every change for the worse or the better. Never asks for another turn."""
        with services.db.read() as session:
            changed = self._changes(session, services.settings)
        with services.db.write() as session:
            salts.forget(session, clock.now())
            for number, trouble in changed.items():
                _tell(session, number, trouble)
        return False

    def _changes(self, session: Session, settings: Settings) -> dict[int, str]:
        """The trouble of each ad whose trouble is not the one that was last told ("" when it is mended)."""
        ads, exams, now = inventory.enabled(session), set(self._exams(session)), clock.now()
        views = inventory.views_of(session, [ad for ad in ads if ad.cap])
        troubles = {ad.id: _trouble(ad, settings, exams, views, now) for ad in ads}
        return {ad.id: troubles[ad.id] for ad in ads if troubles[ad.id] != ad.told}


def _trouble(
    ad: HouseAd, settings: Settings, exams: Collection[str], views: dict[int, int], now: datetime
) -> str:
    if inventory.is_over(ad, now):
        return "Its last day has passed."
    if inventory.is_full(ad, views):
        return f"It was seen {ad.cap} times, which is its cap."
    if inventory.is_broken(ad, inventory.media_folder(settings)):
        return "Its picture is missing from the media folder."
    if unknown := sorted(set(ad.slots) - {name for name, slot in settings.slots.items() if slot.on}):
        return f"It names the slot {unknown[0]!r}, which the settings do not have or have switched off."
    if unknown := sorted(set(ad.exams) - set(exams)):
        return f"It names the exam {unknown[0]!r}, which has no articles."
    return ""


def _tell(session: Session, number: int, trouble: str) -> None:
    ad = session.get_one(HouseAd, number)
    ad.told = trouble
    if trouble:
        subject = f"An ad is not shown any more: {ad.name}"
        raise_alarm(session, f"ad:{ad.id}", subject, f"{trouble} {ADVICE}")
