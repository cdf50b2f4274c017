"""The one worker that says which steps are due: whoever holds a lock in PostgreSQL.

Celery's own beat does the saying. RedBeat keeps its lock in Redis, and ends for good when Redis was emptied (ADR 35).
"""

import time
from typing import Any

import structlog
from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from sqlalchemy.exc import SQLAlchemyError

from carrel.locks import DatabaseLease
from website.broker import MOST_WAITING, Broker, BrokerError

log = structlog.get_logger()
LEADER_LOCK = 1667330660  # the advisory lock's number, the same from release to release
LOOK_SECONDS = 1.0


class Leader:
    """Whether this process leads. The beat's thread looks every second, as the lock ends with the connection."""

    def __init__(self, lease: DatabaseLease, broker: Broker) -> None:
        self.leads = False
        self._lease = lease
        self._broker = broker
        self._look_at = 0.0
        self._problem = ""

    def look(self) -> bool:
        """Whether it leads now, or did a second ago."""
        if time.monotonic() >= self._look_at:
            self.leads = self._look()
            self._look_at = time.monotonic() + LOOK_SECONDS
        return self.leads

    def may_add(self, queue: str) -> bool:
        """Whether a message more does good."""
        return self._broker.waiting()[queue] < MOST_WAITING

    def _look(self) -> bool:
        problem, leads = "", False
        try:
            leads = self._lease.is_held()
            if leads:
                self._broker.claim()
        except (BrokerError, SQLAlchemyError) as error:
            problem, leads = str(error), False
        if (leads, problem) != (self.leads, self._problem):
            log.warning("leading the cluster" if leads else "not leading the cluster", problem=problem)
        self._problem = problem
        return leads


class LeaderScheduler(Scheduler):  # type: ignore[misc] # Celery is not typed
    """Celery's beat, silent while another leads. All is due when it begins to lead."""

    def __init__(self, app: Celery, *, leader: Leader, **kwargs: Any) -> None:
        self._leader = leader
        super().__init__(app=app, **kwargs)

    def setup_schedule(self) -> None:
        """Celery leaves it to its subclasses."""
        self.update_from_dict(self.app.conf.beat_schedule)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Say what is due next; seconds until there may be more."""
        return float(super().tick(*args, **kwargs)) if self._leader.look() else LOOK_SECONDS

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Say that a step is due, unless enough messages wait already."""
        try:
            if self._leader.may_add(entry.options["queue"]):
                self.apply_async(entry, producer=producer, advance=False)
        except Exception as error:  # the next second says it again
            log.warning("a step was not announced", step=entry.name, problem=str(error))
