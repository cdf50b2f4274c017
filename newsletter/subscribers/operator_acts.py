"""What an operator does for a subscriber who asked for it: each act with a reason, which the log keeps.

The log names the subscriber by their number, not by an address that may have to be forgotten one day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.mail import suppression
from carrel.mail.addresses import Address
from carrel.mail.models import SuppressionKind
from newsletter.subscribers import consent, preferences, unsubscribing
from newsletter.subscribers.models import SignUp, SignUpMethod, Subscriber, SubscriberState, Subscription
from newsletter.subscribers.preferences import Preferences
from newsletter.subscribers.sign_up import find_or_add

LONGEST_EVIDENCE = 300
BY_OPERATOR = "unsubscribed by an operator, as they asked"
# What an operator may lift here. Whoever called a digest spam comes back by their own sign-up alone.
CAN_BE_LIFTED = (SuppressionKind.NEWSLETTER, SuppressionKind.BOUNCE, SuppressionKind.BY_HAND)
ONLY_BY_THEM = "Only the subscriber can remove this, by subscribing again."
LIFTED_BY_CONSENT = (SuppressionKind.NEWSLETTER, SuppressionKind.BOUNCE)


class RefusedError(ValueError):
    """An act that is not possible. `field` names the form's field; the message is for the operator."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class OperatorAct:
    """Who acts, and why."""

    actor: str
    reason: str

    def __post_init__(self) -> None:
        if not self.reason:
            raise RefusedError("reason", "Enter a reason. It is kept in the log.")


@dataclass(frozen=True)
class NewSubscriber:
    """Somebody who agreed elsewhere: to what, when, and how we know."""

    address: Address
    preferences: Preferences
    consented_at: datetime
    evidence: str


def add(session: Session, new: NewSubscriber, actor: str) -> Subscriber:
    """Subscribe somebody, with the evidence of their consent. Raises `RefusedError`."""
    if not new.evidence:
        raise RefusedError("evidence", "Say how they agreed, and how we know: it is kept as evidence.")
    subscriber = find_or_add(session, new.address, "added by an operator")
    if subscriber.state == SubscriberState.CONFIRMED:
        raise RefusedError("email", "They are already subscribed. Find the address under Subscribers.")
    _refuse_who_must_not_be_mailed(session, subscriber, new.consented_at)
    before = _as_values(session, subscriber)
    for kind in LIFTED_BY_CONSENT:
        suppression.lift(session, subscriber.email_key, kind)
    subscriber.state, subscriber.left_at, subscriber.paused_until = SubscriberState.CONFIRMED, None, None
    subscriber.confirmed_at = new.consented_at
    preferences.replace_subscriptions(session, subscriber, new.preferences)
    session.add(_evidence(subscriber, new))
    _record(session, OperatorAct(actor, new.evidence), "subscriber.add", subscriber, before)
    return subscriber


def change(session: Session, subscriber_id: int, chosen: Preferences, act: OperatorAct) -> None:
    """Subscribe to exactly these. Raises `RefusedError`, `InvalidPreferencesError`."""
    subscriber = _subscribed(session, subscriber_id)
    before = _as_values(session, subscriber)
    unsubscribing.change(session, subscriber, chosen)
    _record(session, act, "subscriber.change", subscriber, before)


def pause(session: Session, subscriber_id: int, length: timedelta, act: OperatorAct) -> None:
    """Send nothing for so long; what is new meanwhile comes afterwards. Raises `RefusedError`."""
    subscriber = _subscribed(session, subscriber_id)
    before = _as_values(session, subscriber)
    unsubscribing.pause(subscriber, clock.now() + length)
    _record(session, act, "subscriber.pause", subscriber, before)


def resume(session: Session, subscriber_id: int, act: OperatorAct) -> None:
    """End the pause. Raises `RefusedError`."""
    subscriber = _subscribed(session, subscriber_id)
    before = _as_values(session, subscriber)
    unsubscribing.resume(subscriber)
    _record(session, act, "subscriber.resume", subscriber, before)


def unsubscribe(session: Session, subscriber_id: int, act: OperatorAct) -> None:
    """Send nothing more, from this commit on. Raises `RefusedError`."""
    subscriber = _subscribed(session, subscriber_id)
    before = _as_values(session, subscriber)
    unsubscribing.unsubscribe(session, subscriber, BY_OPERATOR)
    _record(session, act, "subscriber.unsubscribe", subscriber, before)


def lift(session: Session, subscriber_id: int, kind: SuppressionKind, act: OperatorAct) -> None:
    """Lift one suppression; nobody is subscribed again by it. Raises `RefusedError`."""
    if kind not in CAN_BE_LIFTED:
        raise RefusedError("", ONLY_BY_THEM)
    subscriber = session.get_one(Subscriber, subscriber_id)
    if suppression.lift(session, subscriber.email_key, kind):
        _record(session, act, "suppression.lift", subscriber, {"kind": kind})


def _subscribed(session: Session, subscriber_id: int) -> Subscriber:
    """The subscriber, locked. Raises `RefusedError` when they are not subscribed any more."""
    subscriber = session.get(Subscriber, subscriber_id, with_for_update=True)
    if subscriber is None or subscriber.state != SubscriberState.CONFIRMED:
        raise RefusedError("", "They are no longer subscribed: nothing was changed.")
    return subscriber


def _refuse_who_must_not_be_mailed(session: Session, subscriber: Subscriber, consented_at: datetime) -> None:
    """Whoever left is added again only by a consent that is younger. Raises `RefusedError`."""
    for reason in suppression.reasons(session, subscriber.email_key):
        if reason.kind == SuppressionKind.COMPLAINT:
            raise RefusedError("email", "They reported a digest as spam: only they can subscribe again.")
        if reason.kind == SuppressionKind.BY_HAND:
            raise RefusedError(
                "email",
                "An operator stopped all email to this address: look it up and remove that suppression first.",
            )
        _require_later(consented_at, reason.since)
    if subscriber.state == SubscriberState.LEFT and subscriber.left_at:  # also without a suppression
        _require_later(consented_at, subscriber.left_at)


def _require_later(consented_at: datetime, since: datetime) -> None:
    if consented_at <= since:
        raise RefusedError(
            "consented_at",
            f"They unsubscribed, or their email bounced, on {since:%Y-%m-%d}: "
            "only a later consent brings them back.",
        )


def _evidence(subscriber: Subscriber, new: NewSubscriber) -> SignUp:
    return SignUp(
        subscriber_id=subscriber.id,
        method=SignUpMethod.IMPORT,
        text_version=consent.BY_OPERATOR,
        source=subscriber.source,
        evidence=new.evidence[:LONGEST_EVIDENCE],
        frequency=new.preferences.frequency,
        exams=list(new.preferences.exams),
        topics=list(new.preferences.topics),
        asked_at=new.consented_at,
        confirmed_at=new.consented_at,
    )


def _as_values(session: Session, subscriber: Subscriber) -> audit.Values:
    """How a subscriber stands, for the log."""
    rows = select(Subscription).where(Subscription.subscriber_id == subscriber.id).order_by(Subscription.id)
    chosen = session.scalars(rows).all()
    return {
        "state": subscriber.state,
        "pace": subscriber.frequency,
        "paused_until": subscriber.paused_until and subscriber.paused_until.isoformat(timespec="seconds"),
        "exams": [row.exam.slug for row in chosen if row.exam],
        "topics": [row.topic.slug for row in chosen if row.topic],
    }


def _record(
    session: Session, act: OperatorAct, action: str, subscriber: Subscriber, before: audit.Values
) -> None:
    session.flush()
    audit.record(
        session,
        actor=act.actor,
        action=action,
        subject=f"subscriber:{subscriber.id}",
        reason=act.reason,
        before=before,
        after=_as_values(session, subscriber),
    )
