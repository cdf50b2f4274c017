"""Claims on deliveries: a worker holds some for a while, asks again before each, says what became of it.

A claim is a lease with an owner. Every step names the owner, so that a worker that slept past its lease
neither sends nor records anything (MF-06). `begin` is committed before the mail server hears of DATA.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from carrel import clock
from carrel.db import Marker, UtcDateTime
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState, Rendering
from newsletter.subscribers.eligibility import receives
from newsletter.subscribers.models import Subscriber

LEASE = timedelta(minutes=10)


class SubscriberErasedError(Exception):
    """The subscriber was erased since the issue was frozen."""


@dataclass(frozen=True)
class Claimed:
    """A delivery in our hands, with what is needed to address it."""

    id: int
    issue_id: int
    rendering_id: int
    subscriber_id: int | None
    tries: int
    send_until: datetime | None
    email: str | None
    email_key: str | None
    address_hash: bytes | None


def claim(session: Session, issue_id: int, owner: str, count: int) -> Sequence[Claimed]:
    """Take due deliveries of an issue that is going out; atomic on both databases."""
    now = clock.now()
    wanted = {"issue": issue_id, "holder": owner, "count": count, "moment": now, "until": now + LEASE}
    ids = session.scalars(TAKING, wanted).all()
    return [Claimed(*row) for row in session.execute(LOADING, {"ids": ids})]


def _taking() -> ReturningUpdate[tuple[int]]:
    issue, count = (bindparam(name, type_=Integer()) for name in ("issue", "count"))
    moment, until = (bindparam(name, type_=UtcDateTime()) for name in ("moment", "until"))
    due = (
        select(Delivery.id)
        .where(Delivery.issue_id == issue, Delivery.state == DeliveryState.QUEUED, Delivery.due_at <= moment)
        .join(Rendering, and_(Rendering.id == Delivery.rendering_id, Rendering.html.is_not(None)))
        .order_by(Delivery.due_at)  # by more than the index knows, each claim would sort the whole queue
        .limit(count)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    taken = {"owner": bindparam("holder"), "lease_until": until, "tries": Delivery.tries + 1}
    return (
        update(Delivery)
        .where(Delivery.id.in_(due.scalar_subquery()), _is_going_out())
        .values(state=DeliveryState.CLAIMED, **taken)
        .execution_options(synchronize_session=False)
        .returning(Delivery.id)
    )


def _loading() -> Select[*tuple[Any, ...]]:
    columns = (
        Delivery.id,
        Delivery.issue_id,
        Delivery.rendering_id,
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


def mark(marker: Marker, sent: int | None, begin: int | None, owner: str) -> bool:
    """Write down that the mail server has taken one over, and ask the last question before DATA for another.

    Whether `begin` may go out: still ours, the issue still going out, and the recipient still wants it
    (MAIL-07). From here on it may have left us. One statement, so that it needs no transaction.
    """
    now = clock.now()
    return begin in marker.mark(sent=sent, begin=begin, holder=owner, moment=now, until=now + LEASE)


def _marking() -> ReturningUpdate[tuple[int]]:
    sent, begin = (bindparam(name, type_=Integer()) for name in ("sent", "begin"))
    moment, until = (bindparam(name, type_=UtcDateTime()) for name in ("moment", "until"))
    is_sent = Delivery.id == sent
    wants = exists().where(Subscriber.id == Delivery.subscriber_id, receives(moment))
    may_begin = (
        Delivery.state == DeliveryState.CLAIMED,
        Delivery.lease_until > moment,
        wants,
        _is_going_out(),
    )
    which = or_(and_(is_sent, _is_on_its_way()), and_(Delivery.id == begin, *may_begin))
    return (
        update(Delivery)
        .where(or_(is_sent, Delivery.id == begin), Delivery.owner == bindparam("holder"), which)
        .values(
            state=case((is_sent, DeliveryState.SENT), else_=Delivery.state),
            ended_at=case((is_sent, moment), else_=Delivery.ended_at),
            problem=case((is_sent, ""), else_=Delivery.problem),
            begun_at=case((is_sent, Delivery.begun_at), else_=moment),
            lease_until=case((is_sent, Delivery.lease_until), else_=until),
        )
        .returning(Delivery.id)
    )


def give_back(session: Session, ids: Sequence[int], owner: str) -> None:
    """Put back what was not begun, as if it had never been taken."""
    if ids:
        returning = update(Delivery).where(*_unbegun(ids, owner))
        session.execute(returning.values(**FREE, tries=Delivery.tries - 1))


def _unbegun(ids: Sequence[int], owner: str) -> tuple[ColumnElement[bool], ...]:
    held = and_(Delivery.owner == owner, Delivery.state == DeliveryState.CLAIMED)
    return Delivery.id.in_(ids), held, Delivery.begun_at.is_(None)


FREE: dict[str, object] = {
    "state": DeliveryState.QUEUED,
    "owner": None,
    "lease_until": None,
    "begun_at": None,
}


def is_held_by(owner: str | BindParameter[str]) -> ColumnElement[bool]:
    """Whether a delivery is ours to record: also an uncertain one, when its worker came back late."""
    return and_(Delivery.owner == owner, _is_on_its_way())


def _is_on_its_way() -> ColumnElement[bool]:
    return or_(Delivery.state == DeliveryState.CLAIMED, Delivery.state == DeliveryState.UNCERTAIN)


def _is_going_out() -> ColumnElement[bool]:
    return exists().where(Issue.id == Delivery.issue_id, Issue.state == IssueState.SENDING)


MARK = _marking()
TAKING, LOADING = _taking(), _loading()
