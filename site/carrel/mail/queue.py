"""A queue of mails in a table. Workers lease rows, and try again later what the server put off.

The outbox and the deliveries of digests are two such tables. Every step after that names its owner, so that a
worker that slept past its lease can neither send nor record anything (MF-06).
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, String, Update, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from carrel import clock
from carrel.db import UtcDateTime

QUEUED, LEASED, UNCERTAIN = "queued", "claimed", "uncertain"  # as they are stored
PROBLEM_LENGTH = 300
STUCK_AFTER = timedelta(hours=1)
JITTER = 0.8, 1.2  # what failed together must not come back together
jitter = random.SystemRandom()


class QueueColumns:
    """The columns of a queue. Each table declares `state` and `owner` itself, as their lengths differ."""

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(String(PROBLEM_LENGTH), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class RetryPolicy:
    """How often a mail is tried, and how many seconds to wait between tries; the last wait repeats."""

    tries: int
    waits: tuple[float, ...]

    def next_try(self, tries: int, deadline: datetime | None) -> datetime | None:
        """When to try again after so many tries; None when the tries or the time are used up."""
        wait = self.waits[min(tries, len(self.waits)) - 1] * jitter.uniform(*JITTER)
        due_at = clock.now() + timedelta(seconds=wait)
        is_too_late = deadline is not None and due_at > deadline
        return None if tries >= self.tries or is_too_late else due_at

    @property
    def longest_wait(self) -> timedelta:
        """No mail is put off for longer."""
        return timedelta(seconds=max(self.waits) * max(JITTER))


@dataclass(frozen=True)
class MailQueue:
    """The operations on one table. `not_begun` are the values of a mail that surely has not left us."""

    table: type[QueueColumns]
    not_begun: Mapping[str, object]
    longest_lease: timedelta
    longest_wait: timedelta

    def is_due(self, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
        """Whether a mail may be leased."""
        return and_(self.table.state == QUEUED, self.table.due_at <= now)

    def lease(self, rows: Select[int], *, owner: Any, lease_until: Any) -> Update:
        """The statement that leases the rows of a query. Rows that another worker is leasing are skipped."""
        # In a CTE, because PostgreSQL may run a subquery once for each row, and then lease more than its limit.
        available = rows.with_for_update(skip_locked=True, of=self.table).cte("available")
        taken = {"state": LEASED, "owner": owner, "lease_until": lease_until, "tries": self.table.tries + 1}
        return update(self.table).where(self.table.id.in_(select(available.c.id))).values(taken)

    def has_lease(
        self, owner: str | BindParameter[str] | None, now: datetime | BindParameter[datetime]
    ) -> ColumnElement[bool]:
        """Whether the owner may still send: asked right before DATA."""
        return and_(self.table.owner == owner, self.table.state == LEASED, self.table.lease_until > now)

    def is_held_by(self, owner: str | BindParameter[str] | None) -> ColumnElement[bool]:
        """Whether the owner may record an outcome: also of an uncertain mail, when its reply came late."""
        in_progress = or_(
            self.table.state == LEASED, self.table.state == UNCERTAIN
        )  # `CompiledUpdate` knows no IN
        return and_(self.table.owner == owner, in_progress)

    def put_back(self, session: Session, *which: ColumnElement[bool], **values: object) -> None:
        """Put leased mails back into the queue."""
        returned = {"state": QUEUED, "owner": None, "lease_until": None, "ended_at": None}
        session.execute(update(self.table).where(*which).values(returned | dict(self.not_begun) | values))

    def retry(
        self,
        session: Session,
        *which: ColumnElement[bool],
        policy: RetryPolicy,
        tries: int,
        deadline: datetime | None,
        problem: str,
        **values: object,
    ) -> bool:
        """Put a mail back for its next try. False when it has none left."""
        due_at = policy.next_try(tries, deadline)
        if due_at is None:
            return False
        self.put_back(session, *which, due_at=due_at, problem=problem[:PROBLEM_LENGTH], **values)
        return True

    def end(
        self, session: Session, *which: ColumnElement[bool], state: str, problem: str, **values: object
    ) -> list[int]:
        """Record how mails ended. The ids of those that did now."""
        ended = {"state": state, "problem": problem[:PROBLEM_LENGTH], "ended_at": clock.now(), **values}
        return list(
            session.scalars(update(self.table).where(*which).values(ended).returning(self.table.id)).all()
        )

    def settle_expired(
        self,
        session: Session,
        *which: ColumnElement[bool],
        uncertain: Iterable[tuple[ColumnElement[bool], str]],
        **values: object,
    ) -> list[int]:
        """Settle what dead workers left: uncertain on these conditions, for these reasons; else back in the queue.

        The ids of those that became uncertain, which get `values` as well.
        """
        expired = (
            *which,
            self.table.state == LEASED,
            clock.has_passed(self.table.lease_until, self.longest_lease),
        )
        ended: list[int] = []
        for condition, problem in uncertain:
            ended += self.end(session, *expired, condition, state=UNCERTAIN, problem=problem, **values)
        self.put_back(session, *expired)
        return ended

    def repair_due_times(self, session: Session, *which: ColumnElement[bool]) -> None:
        """Make due now what is due later than we put anything off: it was queued before the clock went back."""
        is_wrong = clock.is_implausibly_future(self.table.due_at, self.longest_wait)
        repairing = update(self.table).where(*which, self.table.state == QUEUED, is_wrong)
        session.execute(repairing.values(due_at=clock.now()))

    def is_stuck(self, waits_since: Mapped[datetime]) -> ColumnElement[bool]:
        """Whether a mail has waited so long that the operator must hear of it (MAIL-06)."""
        return and_(self.table.state == QUEUED, waits_since < clock.now() - STUCK_AFTER)
