"""A slice: up to a second of one issue's delivery, shared by several connections."""

import threading
import time
from collections import deque

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.services import Services
from carrel.mail.outcomes import MailServerError
from newsletter.delivery import claims
from newsletter.delivery.claims import Claimed
from newsletter.delivery.provider_limits import Domains
from newsletter.delivery.rate_limit import SendRateLimit
from newsletter.issues import sent_log, withdrawal
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState, Rendering

SECONDS = 1.0
CLAIMED_AT_ONCE = 100
FULL_SECONDS = 0.02


class SendBatch:
    """Hands out an issue's deliveries until its time is over or nothing is left."""

    def __init__(
        self, services: Services, issue_id: int, owner: str, throttle: SendRateLimit, domains: Domains
    ) -> None:
        self.unusable: MailServerError | None = None
        self.ends_at = time.monotonic() + SECONDS
        self._services, self._issue_id, self._owner = services, issue_id, owner
        self._throttle, self._domains = throttle, domains
        self._lock = threading.Lock()
        self._claimed: deque[Claimed] = deque()
        self._is_over = False

    def next(self) -> Claimed | None:
        """The next delivery for a connection, to be given back by `done`; None when the slice is over."""
        while not self._is_over and time.monotonic() < self.ends_at:
            with self._lock:
                if not (self._claimed or self._claim()):
                    return None
                if delivery := self._domains.take(self._claimed):
                    return self._in_time(delivery)
            time.sleep(FULL_SECONDS)  # all that is left goes to providers that have enough at once
        return None

    def _in_time(self, delivery: Claimed) -> Claimed | None:
        if self._throttle.wait(self.ends_at):
            return delivery
        self._claimed.append(delivery)
        self.done(delivery)
        return None

    def done(self, delivery: Claimed) -> None:
        """A connection has finished with it."""
        self._domains.leave(delivery)

    def end(self, unusable: MailServerError, delivery: Claimed) -> None:
        """The mail server cannot be used: this delivery was not tried, and no other will be."""
        with self._lock:
            self.unusable, self._is_over = unusable, True
            self._claimed.append(delivery)

    def give_back(self) -> None:
        """What nobody took goes back into the queue."""
        with self._lock:
            self._is_over = True
            if self._claimed:
                with self._services.db.write() as session:
                    claims.give_back(session, [each.id for each in self._claimed], self._owner)
                self._claimed.clear()

    def _claim(self) -> bool:
        # An ordinary commit, so that after a loss of power a claim tells that marks may be missing.
        with self._services.db.write() as session:
            self._claimed.extend(claims.claim(session, self._issue_id, self._owner, CLAIMED_AT_ONCE))
        self._is_over = not self._claimed
        return bool(self._claimed)


def next_issue(session: Session, after: int) -> int | None:
    """An issue with something to send now: the next after that one, so that all have their turn."""
    due = (
        select(Delivery.id)
        .join(Rendering, Rendering.id == Delivery.rendering_id)
        .where(
            Delivery.issue_id == Issue.id,
            Delivery.state == DeliveryState.QUEUED,
            Delivery.due_at <= clock.now(),
            Rendering.html.is_not(None),
        )
    )
    ready = select(Issue.id).where(Issue.state == IssueState.SENDING, due.exists())
    return session.scalars(ready.order_by(Issue.id <= after, Issue.id).limit(1)).first()


def begin(services: Services, issue_id: int) -> bool:
    """Note, in the database and outside it, that a slice begins. Whether the issue is still going out."""
    with services.db.write() as session:
        withdrawal.withdraw_gone(session, issue_id)
        going = update(Issue).where(Issue.id == issue_id, Issue.state == IssueState.SENDING)
        counted = going.values(slices=Issue.slices + 1).returning(Issue.pace, Issue.period, Issue.slices)
        begun = session.execute(counted).first()
    if begun is None:
        return False
    sent_log.append(services.settings, *begun)
    return True


def is_over(session: Session) -> bool:
    """Whether an issue has nothing left to send. A look that takes no lock."""
    return session.scalars(_over().limit(1)).first() is not None


def finish(session: Session) -> None:
    """An issue is finished only when nothing is queued or claimed (MAIL-03)."""
    finished = {"state": IssueState.FINISHED, "finished_at": clock.now()}
    session.execute(update(Issue).where(Issue.id.in_(_over())).values(finished))


def _over() -> Select[int]:
    open_ = exists().where(
        Delivery.issue_id == Issue.id, Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.CLAIMED])
    )
    return select(Issue.id).where(Issue.state == IssueState.SENDING, ~open_)
