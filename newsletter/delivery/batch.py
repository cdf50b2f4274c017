"""A batch: up to a second of one issue's deliveries, shared by several connections to the mail server."""

import time
from collections import deque
from dataclasses import replace

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail.outcomes import MailServerError
from carrel.services import Services
from newsletter.delivery import leases
from newsletter.delivery.leases import QUEUE, LeasedDelivery
from newsletter.delivery.limits import DomainLimit, SendRateLimit
from newsletter.delivery.recipient_notes import notes_for
from newsletter.issues import sent_log, withdrawal
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState, MailVariant

SECONDS = 1.0
LEASED_AT_ONCE = 100
POLL_SECONDS = 0.02


class SendBatch:
    """Hands out an issue's deliveries until its time is over or nothing is left."""

    def __init__(
        self,
        services: Services,
        issue_id: int,
        owner: str,
        rate_limit: SendRateLimit,
        domain_limit: DomainLimit,
    ) -> None:
        self.server_error: MailServerError | None = None
        self.ends_at = time.monotonic() + SECONDS
        self.issue_id = issue_id
        self._services, self._owner = services, owner
        self._rate_limit, self._domain_limit = rate_limit, domain_limit
        self._leased: deque[LeasedDelivery] = deque()
        self._is_over = False

    @property
    def is_over(self) -> bool:
        """Whether it hands out nothing more."""
        return self._is_over or time.monotonic() >= self.ends_at

    @property
    def pause_seconds(self) -> float:
        """When to ask again, if it is not over and still gives nothing: a limit must be waited for."""
        return self._rate_limit.seconds_left or POLL_SECONDS

    def next(self) -> LeasedDelivery | None:
        """The next delivery for a connection, which then says `done`; None when there is none at this moment."""
        if self.is_over or self._rate_limit.seconds_left or not (self._leased or self._lease()):
            return None
        delivery = self._domain_limit.take(self._leased)
        if delivery:
            self._rate_limit.count()
        return delivery

    def done(self, delivery: LeasedDelivery) -> None:
        """A connection has finished with it."""
        self._domain_limit.release(delivery)

    def abort(self, error: MailServerError, delivery: LeasedDelivery) -> None:
        """The mail server cannot be used: this delivery was not tried, and no other will be."""
        self.server_error, self._is_over = error, True
        self._leased.append(delivery)

    def give_back(self) -> None:
        """Put what no connection took back into the queue."""
        self._is_over = True
        if self._leased:
            ids = [delivery.id for delivery in self._leased]
            with self._services.db.write() as session:
                leases.give_back(session, ids, self._owner)
            self._leased.clear()

    def _lease(self) -> bool:
        # An ordinary commit, so that after a loss of power a lease tells that the last records may be missing.
        with self._services.db.write() as session:
            leased = leases.lease(session, self.issue_id, self._owner, LEASED_AT_ONCE)
        notes = notes_for(self._services, {delivery.email_key for delivery in leased if delivery.email_key})
        self._leased.extend(replace(each, note=notes.get(each.email_key or "")) for each in leased)
        self._is_over = not self._leased
        return bool(self._leased)


def next_issue(session: Session, after: int) -> int | None:
    """An issue with something to send now: the next after that one, so that all have their turn."""
    due = (
        select(Delivery.id)
        .join(MailVariant, MailVariant.id == Delivery.variant_id)
        .where(Delivery.issue_id == Issue.id, QUEUE.is_due(clock.now()), MailVariant.html.is_not(None))
    )
    ready = select(Issue.id).where(Issue.state == IssueState.SENDING, due.exists())
    return session.scalars(ready.order_by(Issue.id <= after, Issue.id).limit(1)).first()


def begin(services: Services, issue_id: int) -> bool:
    """Note, in the database and outside it, that a batch begins. Whether the issue is still being sent."""
    with services.db.write() as session:
        withdrawal.withdraw_gone(session, issue_id)
        sending = update(Issue).where(Issue.id == issue_id, Issue.state == IssueState.SENDING)
        counting = sending.values(batches=Issue.batches + 1)
        row = session.execute(counting.returning(Issue.frequency, Issue.period, Issue.batches)).first()
    if row is None:
        return False
    sent_log.append(services.settings, *row)
    return True


def is_any_issue_over(session: Session) -> bool:
    """Whether an issue has nothing left to send. Takes no lock."""
    return session.scalars(_over().limit(1)).first() is not None


def finish_issues(session: Session) -> None:
    """An issue is finished only when nothing is queued or leased (MAIL-03)."""
    finished = {"state": IssueState.FINISHED, "finished_at": clock.now()}
    session.execute(update(Issue).where(Issue.id.in_(_over())).values(finished))


def _over() -> Select[int]:
    pending = exists().where(
        Delivery.issue_id == Issue.id, Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.LEASED])
    )
    return select(Issue.id).where(Issue.state == IssueState.SENDING, ~pending)
