"""Readers, subscribers, and addresses that must not be mailed."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader, ReaderSession
from carrel.mail.addresses import InvalidAddressError, key_of
from carrel.mail.models import Suppression, SuppressionKind
from carrel.mail.suppression import address_hash
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState
from website.admin.operators.roles import Need
from website.admin.tables.table import AnyRow, Choice, Column, Filter, Table, choices, contains


def _no_address(row: AnyRow) -> str:
    return row.email or (f"erased reader {row.key}" if row.erased_at else f"reader {row.key}, no address")


def _readers(_session: Session, words: str) -> ColumnElement[bool]:
    condition = contains(Reader.email, words) | contains(Reader.email_key, words)
    return condition | (Reader.id == int(words)) if words.isdecimal() and len(words) < 10 else condition


READERS = Table(
    name="readers",
    title="Readers",
    description="Everyone who has signed in or bought a pass.",
    need=Need.PEOPLE,
    key=Reader.id,
    personal=True,
    columns=(
        Column("email", "Email", Reader.email, _no_address, lambda row: f"/admin/readers/{row.key}"),
        Column("ad_free", "Pass", Reader.ad_free),
        Column("created_at", "Since", Reader.created_at),
        Column(
            "seen_at",
            "Last seen",
            select(func.max(ReaderSession.last_seen_at))
            .where(ReaderSession.reader_id == Reader.id)
            .correlate(Reader)
            .scalar_subquery(),
        ),
        Column("erased_at", "Erased", Reader.erased_at, rest=True),
    ),
    sort="-created_at",
    search=_readers,
    search_hint="Part of an email address, or a reader number",
    filters=(
        Filter(
            "pass",
            "Pass",
            (
                Choice("yes", "Has the pass", lambda: Reader.ad_free.is_(True)),
                Choice("no", "Has no pass", lambda: Reader.ad_free.is_(False)),
            ),
        ),
        Filter(
            "state",
            "State",
            (
                Choice("proven", "Email confirmed", lambda: Reader.email.is_not(None)),
                Choice(
                    "anonymous",
                    "No email address",
                    lambda: (
                        Reader.email.is_(None) & Reader.erased_at.is_(None) & Reader.merged_into_id.is_(None)
                    ),
                ),
                Choice("merged", "Merged into another", lambda: Reader.merged_into_id.is_not(None)),
                Choice("erased", "Erased", lambda: Reader.erased_at.is_not(None)),
            ),
        ),
    ),
)


def _subscribers(_session: Session, words: str) -> ColumnElement[bool]:
    return contains(Subscriber.email, words) | contains(Subscriber.email_key, words)


SUBSCRIBER_STATES = {
    SubscriberState.PENDING.value: "not confirmed",
    SubscriberState.CONFIRMED.value: "subscribed",
    SubscriberState.LEFT.value: "unsubscribed",
}
FREQUENCIES = {frequency.value: frequency.capitalize() for frequency in Frequency} | {
    Frequency.EACH.value: "Each article"
}
SUBSCRIBERS = Table(
    name="subscribers",
    title="Subscribers",
    description="Everyone who signed up for the newsletter.",
    need=Need.PEOPLE,
    key=Subscriber.id,
    personal=True,
    columns=(
        Column("email", "Email", Subscriber.email, link=lambda row: f"/admin/subscribers/{row.key}"),
        Column("state", "State", Subscriber.state, lambda row: SUBSCRIBER_STATES[row.state]),
        Column("pace", "How often", Subscriber.frequency),
        Column("paused_until", "Paused until", Subscriber.paused_until, rest=True),
        Column("source", "Source", Subscriber.source, rest=True),
        Column("confirmed_at", "Consented", Subscriber.confirmed_at),
        Column("created_at", "Added here", Subscriber.created_at, rest=True),
        Column("left_at", "Left", Subscriber.left_at, rest=True),
    ),
    sort="-created_at",
    search=_subscribers,
    search_hint="Part of an email address",
    filters=(
        Filter(
            "state",
            "State",
            choices(
                Subscriber.state, {state: words.capitalize() for state, words in SUBSCRIBER_STATES.items()}
            ),
        ),
        Filter("pace", "How often", choices(Subscriber.frequency, FREQUENCIES)),
        Filter(
            "paused", "Paused", (Choice("yes", "Paused now", lambda: Subscriber.paused_until > clock.now()),)
        ),
    ),
    actions=(
        ("/admin/subscribers/new", "Add a subscriber"),
        ("/admin/subscribers/import", "Import and export"),
        ("/admin/reports/subscribers", "Growth"),
    ),
)
KINDS = {
    SuppressionKind.BOUNCE: "Mail bounces",
    SuppressionKind.COMPLAINT: "Complained",
    SuppressionKind.NEWSLETTER: "Unsubscribed",
    SuppressionKind.BY_HAND: "By hand",
}


def _suppressions(session: Session, words: str) -> ColumnElement[bool]:
    condition = or_(contains(Suppression.note, words), contains(Subscriber.email, words))
    try:
        return condition | (Suppression.address_hash == address_hash(session, key_of(words)))
    except InvalidAddressError:
        return condition


SUPPRESSIONS = Table(
    name="suppressions",
    title="Suppressions",
    description="Addresses that are not mailed. Only a hash of each is kept; the address is shown if it belongs to a subscriber.",
    need=Need.PEOPLE,
    key=Suppression.address_hash,
    ties=(Suppression.kind,),
    personal=True,
    joined=lambda query: query.select_from(Suppression).outerjoin(
        Subscriber, Subscriber.address_hash == Suppression.address_hash
    ),
    columns=(
        Column("since", "Since", Suppression.since),
        Column("kind", "Why", Suppression.kind, lambda row: KINDS[SuppressionKind(row.kind)]),
        Column("email", "Subscriber", Subscriber.email),
        Column("note", "Note", Suppression.note),
    ),
    sort="-since",
    search=_suppressions,
    search_hint="A full email address, or words from the note",
    filters=(
        Filter(
            "kind", "Why", choices(Suppression.kind, {str(kind): KINDS[kind] for kind in SuppressionKind})
        ),
    ),
    actions=(("/admin/suppression", "Look up an address"),),
)
TABLES = (READERS, SUBSCRIBERS, SUPPRESSIONS)
