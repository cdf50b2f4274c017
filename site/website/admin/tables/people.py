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
from website.admin.tables.table import AnyRow, Choice, Column, Filter, Table, choices, contains, enum_choices


def _no_address(row: AnyRow) -> str:
    return row.email or (f"erased reader {row.key}" if row.erased_at else f"reader {row.key}, no address")


def _readers(_session: Session, words: str) -> ColumnElement[bool]:
    condition = contains(Reader.email, words) | contains(Reader.email_key, words)
    return condition | (Reader.id == int(words)) if words.isdecimal() and len(words) < 10 else condition


READERS = Table(
    name="readers",
    title="Readers",
    description="Everybody who signed in or bought. To find a buyer by any address, use “Find a buyer”.",
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
        Column("erased_at", "Erased", Reader.erased_at),
    ),
    sort="-created_at",
    search=_readers,
    search_hint="Part of an address, or a reader's number",
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
                Choice("proven", "Address proven", lambda: Reader.email.is_not(None)),
                Choice(
                    "anonymous",
                    "Without an address",
                    lambda: (
                        Reader.email.is_(None) & Reader.erased_at.is_(None) & Reader.merged_into_id.is_(None)
                    ),
                ),
                Choice("merged", "Merged into another", lambda: Reader.merged_into_id.is_not(None)),
                Choice("erased", "Erased", lambda: Reader.erased_at.is_not(None)),
            ),
        ),
    ),
    actions=(("/admin/find", "Find a buyer"),),
)


def _subscribers(_session: Session, words: str) -> ColumnElement[bool]:
    return contains(Subscriber.email, words) | contains(Subscriber.email_key, words)


SUBSCRIBERS = Table(
    name="subscribers",
    title="Subscribers",
    description="Everybody who asked for the digest, with how they stand.",
    need=Need.PEOPLE,
    key=Subscriber.id,
    personal=True,
    columns=(
        Column("email", "Email", Subscriber.email),
        Column("state", "State", Subscriber.state),
        Column("pace", "How often", Subscriber.frequency),
        Column("paused_until", "Paused until", Subscriber.paused_until),
        Column("source", "Source", Subscriber.source),
        Column("created_at", "Added", Subscriber.created_at),
        Column("confirmed_at", "Confirmed", Subscriber.confirmed_at),
        Column("left_at", "Left", Subscriber.left_at),
    ),
    sort="-created_at",
    search=_subscribers,
    search_hint="Part of an address",
    filters=(
        Filter(
            "state",
            "State",
            enum_choices(Subscriber.state, SubscriberState),
        ),
        Filter("pace", "How often", enum_choices(Subscriber.frequency, Frequency)),
        Filter(
            "paused", "Paused", (Choice("yes", "Paused now", lambda: Subscriber.paused_until > clock.now()),)
        ),
    ),
)
KINDS = {
    SuppressionKind.BOUNCE: "Mail bounces",
    SuppressionKind.COMPLAINT: "Complained",
    SuppressionKind.NEWSLETTER: "Left for good",
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
    description="Addresses that must not be mailed. They are known by a hash alone; a subscriber's is shown.",
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
    search_hint="A whole address, or words of the note",
    filters=(
        Filter(
            "kind", "Why", choices(Suppression.kind, {str(kind): KINDS[kind] for kind in SuppressionKind})
        ),
    ),
    actions=(("/admin/suppression", "Lift or add one"),),
)
TABLES = (READERS, SUBSCRIBERS, SUPPRESSIONS)
