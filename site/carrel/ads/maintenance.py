"""Ad maintenance: an alarm for each ad that cannot be shown any more, and old salts are deleted.

A step of the worker, as reading a page changes nothing.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads import inventory, salts
from carrel.ads.models import HouseAd
from carrel.mail.alarms import raise_alarm
from carrel.media import media_of
from carrel.services import Services
from carrel.settings import Settings

EVERY_SECONDS = 60.0
ADVICE = "Other ads are shown instead. Fix it, change its dates, or archive it under /admin/."


class AdMaintenance:
    """The step. `exams` returns the slugs of all exams, which this package does not know."""

    def __init__(self, exams: Callable[[Session], Collection[str]]) -> None:
        self._exams = exams

    def run_step(self, services: Services) -> bool:
        """Record every change, and raise an alarm for the worse ones. Never asks for another turn."""
        with services.db.read() as session:
            changed = self._changes(session, services.settings)
        with services.db.write() as session:
            salts.forget(session, clock.now())
            for number, problem in changed.items():
                _report(session, number, problem)
        return False

    def _changes(self, session: Session, settings: Settings) -> dict[int, str]:
        """The problem of each ad whose problem is not the one that was last told ("" when it is mended)."""
        ads, exams, now = inventory.enabled(session), set(self._exams(session)), clock.now()
        views = inventory.views_of(session, [ad for ad in ads if ad.cap])
        problems = {ad.id: _problem(ad, settings, exams, views, now) for ad in ads}
        return {ad.id: problems[ad.id] for ad in ads if problems[ad.id] != ad.reported_problem}


def _problem(
    ad: HouseAd, settings: Settings, exams: Collection[str], views: dict[int, int], now: datetime
) -> str:
    if inventory.is_over(ad, now):
        return "Its end date has passed."
    if inventory.is_full(ad, views):
        return f"It has reached its limit of {ad.cap} views."
    if inventory.is_broken(ad, media_of(settings).has):
        return "Its picture is missing."
    if unknown := sorted(set(ad.slots) - {name for name, slot in settings.slots.items() if slot.on}):
        return f"It names the slot {unknown[0]!r}, which is not in the settings or is turned off."
    if unknown := sorted(set(ad.exams) - set(exams)):
        return f"It names the exam {unknown[0]!r}, which has no articles."
    return ""


def _report(session: Session, number: int, problem: str) -> None:
    ad = session.get_one(HouseAd, number)
    ad.reported_problem = problem
    if problem:
        subject = f"An ad is no longer shown: {ad.name}"
        raise_alarm(session, f"ad:{ad.id}", subject, f"{problem} {ADVICE}")
