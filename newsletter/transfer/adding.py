"""What a batch of an import writes: new subscribers with their evidence, and those who must not be mailed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, func, insert, literal, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import UtcDateTime, insert_into
from carrel.mail.models import Suppression, SuppressionKind
from newsletter.subscribers import consent, unsubscribing
from newsletter.subscribers.models import SignUp, SignUpMethod, Subscriber, SubscriberState, Subscription
from newsletter.transfer.fates import Decision, Fate

Choices = tuple[tuple[int, ...], tuple[int, ...]]  # exams, topics
KINDS = {
    Fate.LEFT: SuppressionKind.NEWSLETTER,
    Fate.BOUNCED: SuppressionKind.NEWSLETTER,
    Fate.COMPLAINED: SuppressionKind.COMPLAINT,
}
NOTES = {Fate.LEFT: "unsubscribed before the import", Fate.BOUNCED: "bounced before the import"} | {
    Fate.COMPLAINED: "complained before the import"
}


def apply(session: Session, decisions: Sequence[Decision], evidence: str) -> None:
    """Do what was decided in this transaction."""
    _add([decision for decision in decisions if decision.fate is Fate.ADDED], session, evidence)
    _refuse(session, [decision for decision in decisions if decision.fate in KINDS])


def _refuse(session: Session, decisions: Sequence[Decision]) -> None:
    now = clock.now()
    for decision in decisions:
        if decision.subscriber_id is not None:
            subscriber = session.get_one(Subscriber, decision.subscriber_id, with_for_update=True)
            unsubscribing.unsubscribe(session, subscriber, _note(decision))
    rows = [
        {
            "address_hash": decision.address_hash,
            "kind": KINDS[decision.fate],
            "since": now,
            "note": _note(decision),
        }
        for decision in decisions
    ]
    if rows:
        session.connection().execute(insert_into(session, Suppression).on_conflict_do_nothing(), rows)


def _note(decision: Decision) -> str:
    return f"{NOTES[decision.fate]} ({decision.row.source})"[:300]


def _add(decisions: Iterable[Decision], session: Session, evidence: str) -> None:
    """Add those that nobody else added meanwhile.

    The rows that go with a subscriber are made by the database itself, one statement for all who want the same: the
    transaction must end before other writers time out.
    """
    by_choices: dict[Choices, list[dict[str, Any]]] = defaultdict(list)
    now = clock.now()
    for decision in decisions:
        choices = decision.row.exams, decision.row.topics
        by_choices[choices].append(_subscriber(decision, now))
    for choices, subscribers in by_choices.items():
        _add_alike(session, now, subscribers, evidence, choices)


def _add_alike(
    session: Session, now: datetime, subscribers: list[dict[str, Any]], evidence: str, choices: Choices
) -> None:
    exams, topics = choices
    last = session.scalars(select(func.coalesce(func.max(Subscriber.id), 0))).one()
    adding = insert_into(session, Subscriber).on_conflict_do_nothing()
    session.connection().execute(adding, subscribers)
    added = (
        Subscriber.id > last,
        Subscriber.created_at == now,
        Subscriber.state == SubscriberState.CONFIRMED,
    )
    _add_evidence(session, added, evidence, exams, topics)
    for column, ids in ((Subscription.exam_id, exams), (Subscription.topic_id, topics)):
        for chosen_id in ids:
            rows = select(Subscriber.id, literal(chosen_id), literal(now, UtcDateTime)).where(*added)
            into = [Subscription.subscriber_id, column, Subscription.since]
            session.execute(insert(Subscription).from_select(into, rows))


def _subscriber(decision: Decision, now: datetime) -> dict[str, Any]:
    row = decision.row
    return {
        "email": row.address.typed,
        "email_key": row.address.key,
        "address_hash": decision.address_hash,
        "state": SubscriberState.CONFIRMED.value,
        "pace": row.frequency.value,
        "paused_until": row.paused_until,
        "source": row.source,
        "created_at": now,
        "confirmed_at": row.at,
    }


def _add_evidence(
    session: Session,
    added: Sequence[ColumnElement[bool]],
    evidence: str,
    exams: Sequence[int],
    topics: Sequence[int],
) -> None:
    same = {
        "subscriber_id": Subscriber.id,
        "how": literal(SignUpMethod.IMPORT.value),
        "text_version": literal(consent.BY_OPERATOR),
        "source": Subscriber.source,
        "evidence": literal(evidence),
        "pace": Subscriber.frequency,
        "exams": literal(list(exams), JSON),
        "topics": literal(list(topics), JSON),
        "asked_at": Subscriber.confirmed_at,
        "asked_from": literal(""),
        "confirmed_at": Subscriber.confirmed_at,
        "confirmed_from": literal(""),
    }
    session.execute(insert(SignUp).from_select(list(same), select(*same.values()).where(*added)))
