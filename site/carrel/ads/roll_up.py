"""Counters of hours become counters of days after a month: reports ask for days, and every hour of every page is much.

A day's counters stand at the hour of its noon in the site's time zone. An hour is one transaction, so that a worker
may die anywhere; it is found again by its time alone.
"""

from datetime import datetime, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads.counters import upsert
from carrel.ads.models import AdCount, PageCount
from carrel.services import Services

EVERY_SECONDS = 10.0  # one hour at a time: a year that was never rolled up takes a day
HOURS_KEPT = timedelta(days=31)


class AdRollUp:
    """The step. It remembers how far it came, and begins again when the worker does."""

    def __init__(self) -> None:
        self._through: dict[type[AdCount | PageCount], datetime] = {}

    def run_step(self, services: Services) -> bool:
        """Roll up an hour of each table. It never says that there is more."""
        for model in (AdCount, PageCount):
            with services.db.read() as session:
                hour = self._next_hour(session, model, services.settings.zone)
            if hour:
                with services.db.write() as session:
                    roll_up(session, model, hour, noon(hour, services.settings.zone))
        return False

    def _next_hour(
        self, session: Session, model: type[AdCount | PageCount], zone: ZoneInfo
    ) -> datetime | None:
        """The oldest hour that is not yet its day's."""
        cutoff = clock.now() - HOURS_KEPT
        oldest = select(func.min(model.hour)).where(model.hour < cutoff)
        while True:
            through = self._through.get(model)
            later = oldest.where(model.hour > through) if through else oldest
            hour = session.scalar(later)
            if hour is None or hour != noon(hour, zone):
                return hour
            self._through[model] = hour


def noon(hour: datetime, zone: ZoneInfo) -> datetime:
    """The hour in which the counters of its day stand."""
    midday = hour.astimezone(zone).replace(hour=12, minute=0)
    return midday.astimezone(hour.tzinfo).replace(minute=0)


def roll_up(session: Session, model: type[AdCount | PageCount], hour: datetime, day: datetime) -> None:
    """Add the counters of an hour to those of its day."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - narrows the type
    taken = session.execute(delete(table).where(table.c.hour == hour).returning(*table.c)).mappings().all()
    names = [column.name for column in table.primary_key]
    upsert(
        session, model, names, sorted((dict(row) | {"hour": day} for row in taken), key=itemgetter(*names))
    )
