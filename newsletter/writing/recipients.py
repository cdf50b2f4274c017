"""Whom a broadcast goes to, in SQL, for all subscribers at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from carrel.settings import Settings
from newsletter.subscribers.eligibility import is_ad_free, is_paused, is_suppressed
from newsletter.subscribers.models import Subscriber, SubscriberState, Subscription
from newsletter.writing.models import IssueText


@dataclass(frozen=True)
class RecipientCount:
    """How many a broadcast is for, and how many of them would get it now."""

    chosen: int
    receiving: int
    without_ads: int
    paused: int
    suppressed: int


def is_chosen(text: IssueText) -> ColumnElement[bool]:
    """Whether a broadcast is for a subscriber; whether they get mail at all is another question."""
    by_frequency = Subscriber.frequency.in_(text.frequencies)
    return and_(by_frequency, _subscribes_to(text) if text.exams or text.topics else true())


def _subscribes_to(text: IssueText) -> ColumnElement[bool]:
    one_of_them = or_(Subscription.exam_id.in_(text.exams), Subscription.topic_id.in_(text.topics))
    return exists().where(Subscription.subscriber_id == Subscriber.id, one_of_them)


def count_recipients(session: Session, settings: Settings, text: IssueText, now: datetime) -> RecipientCount:
    """Who would get the broadcast if it went out now. A pause does not end for it."""
    among = and_(Subscriber.state == SubscriberState.CONFIRMED, is_chosen(text))
    is_held_back = or_(is_suppressed(), is_paused(now))
    counts = (
        func.count(),
        _sum(~is_held_back),
        _sum(and_(~is_held_back, is_ad_free(settings))),
        _sum(and_(is_paused(now), ~is_suppressed())),
        _sum(is_suppressed()),
    )
    counted = select(*counts).select_from(Subscriber).where(among)
    return RecipientCount(*session.execute(counted).one())


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
