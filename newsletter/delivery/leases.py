"""Leases on deliveries, as SQL: `lease` takes some, `record_and_begin` records sent mails and may begin the next ones.

`record_and_begin` commits before the mail server gets DATA. All is precompiled: an issue has a hundred thousand
deliveries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from carrel import clock
from carrel.compiled_update import CompiledUpdate
from carrel.db import UtcDateTime
from carrel.mail.queue import MailQueue, RetryPolicy
from carrel.tokens import new_token
from newsletter.delivery.recipient_notes import RecipientNote
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState, MailVariant
from newsletter.subscribers.eligibility import receives
from newsletter.subscribers.models import Subscriber

LEASE_TIME = timedelta(minutes=10)
RETRY = RetryPolicy(tries=48, waits=(300,))
QUEUE = MailQueue(
    Delivery, not_begun={"begun_at": None}, longest_lease=LEASE_TIME, longest_wait=RETRY.longest_wait
)
MOST_AT_ONCE = 8  # marks that one statement makes; those of further connections wait for the next
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SubscriberErasedError(Exception):
    """The subscriber was erased since the issue was frozen."""


@dataclass(frozen=True)
class LeasedDelivery:
    """A delivery that this process has leased, with what is needed to address it."""

    id: int
    issue_id: int
    variant_id: int
    subscriber_id: int | None
    tries: int
    send_until: datetime | None
    email: str | None
    email_key: str | None
    address_hash: bytes | None
    note: RecipientNote | None = None  # what another package has to say to this recipient

    @property
    def domain(self) -> str:
        """The domain that it goes to; empty when the subscriber was erased."""
        return (self.email_key or "").rpartition("@")[2]


def boot_id() -> str:
    """The name of this machine's present boot; empty where the system has none."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def new_owner() -> str:
    """A name for the leases of this process. It begins with the boot, so that a later boot can tell them."""
    return f"{boot_id()}/{new_token()[:22]}"


def lease(session: Session, issue_id: int, owner: str, count: int) -> Sequence[LeasedDelivery]:
    """Lease due deliveries of an issue that is being sent; atomic on both databases."""
    now = clock.now()
    values = {"issue": issue_id, "owner_": owner, "count": count, "now": now, "until": now + LEASE_TIME}
    ids = session.scalars(LEASE_STATEMENT, values).all()
    return [LeasedDelivery(*row) for row in session.execute(LOAD_STATEMENT, {"ids": ids})]


def _lease_statement() -> ReturningUpdate[tuple[int]]:
    issue, count = (bindparam(name, type_=Integer()) for name in ("issue", "count"))
    now, until = (bindparam(name, type_=UtcDateTime()) for name in ("now", "until"))
    due = (
        select(Delivery.id)
        .where(Delivery.issue_id == issue, QUEUE.is_due(now))
        .join(MailVariant, and_(MailVariant.id == Delivery.variant_id, MailVariant.html.is_not(None)))
        .order_by(Delivery.due_at)  # by more than the index knows, each lease would sort the whole queue
        .limit(count)
    )
    leasing = QUEUE.lease(due, owner=bindparam("owner_"), lease_until=until).where(_is_being_sent())
    return leasing.execution_options(synchronize_session=False).returning(Delivery.id)


def _load_statement() -> Select[*tuple[Any, ...]]:
    columns = (
        Delivery.id,
        Delivery.issue_id,
        Delivery.variant_id,
        Delivery.subscriber_id,
        Delivery.tries,
        Issue.send_until,
        Subscriber.email,
        Subscriber.email_key,
        Subscriber.address_hash,
    )
    return (
        select(*columns)
        .join(Issue, Issue.id == Delivery.issue_id)
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.id.in_(bindparam("ids", expanding=True)))
        .order_by(Delivery.id)
    )


def record_and_begin(
    statement: CompiledUpdate, sent: Sequence[int], begin: Sequence[int], owner: str
) -> set[int]:
    """Record that some mails were sent, and ask which others may go: one statement, which needs no transaction.

    Each of `begin` may go while the lease is ours, the issue is being sent, and the recipient still wants it
    (MAIL-07). From here on it may have left us. The ids of all that it recorded. Takes `MOST_AT_ONCE` of each.
    """
    now = clock.now()
    ids = _numbered("sent", sent) | _numbered("begin", begin)
    return statement.run(**ids, owner_=owner, now=now, until=now + LEASE_TIME)


def _numbered(name: str, ids: Sequence[int]) -> dict[str, int | None]:
    return {f"{name}_{number}": ids[number] if number < len(ids) else None for number in range(MOST_AT_ONCE)}


def _record_statement() -> ReturningUpdate[tuple[int]]:
    sent, begin = (
        [bindparam(f"{name}_{number}", type_=Integer()) for number in range(MOST_AT_ONCE)]
        for name in ("sent", "begin")
    )
    now, until = (bindparam(name, type_=UtcDateTime()) for name in ("now", "until"))
    owner: Any = bindparam("owner_")
    is_sent = Delivery.id.in_(sent)
    # No EXISTS: for several rows PostgreSQL would rather read every subscriber than look each of them up.
    recipient = select(Subscriber.id).where(Subscriber.id == Delivery.subscriber_id, receives(now))
    wants_it = recipient.scalar_subquery().is_not(None)
    may_begin = (
        QUEUE.has_lease(owner, now),
        wants_it,
        _is_being_sent(),
    )
    # No OR: PostgreSQL would go through the index of states for it, that is, through the whole queue.
    allowed = case((is_sent, QUEUE.is_held_by(owner)), else_=and_(*may_begin))
    return (
        update(Delivery)
        .where(Delivery.id.in_([*sent, *begin]), allowed)
        .values(
            state=case((is_sent, DeliveryState.SENT), else_=Delivery.state),
            ended_at=case((is_sent, now), else_=Delivery.ended_at),
            begun_at=func.coalesce(Delivery.begun_at, now),
            lease_until=until,
            problem="",
        )
        .returning(Delivery.id)
    )


def give_back(session: Session, ids: Sequence[int], owner: str) -> None:
    """Put back what was not begun, as if it had never been leased."""
    if ids:
        unbegun = Delivery.state == DeliveryState.LEASED, Delivery.begun_at.is_(None)
        QUEUE.put_back(
            session, Delivery.id.in_(ids), Delivery.owner == owner, *unbegun, tries=Delivery.tries - 1
        )


def _is_being_sent() -> ColumnElement[bool]:
    return exists().where(Issue.id == Delivery.issue_id, Issue.state == IssueState.SENDING)


RECORD_STATEMENT = _record_statement()
LEASE_STATEMENT, LOAD_STATEMENT = _lease_statement(), _load_statement()
