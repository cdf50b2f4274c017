"""Readers, subscribers, suppressions, and emails, by an address or the beginning of one."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.mail import suppression
from carrel.mail.models import OutboxMail, SuppressionKind
from newsletter.subscribers.models import Subscriber
from payments.queries.buyers import find_buyers
from website.admin.operators.roles import Need
from website.admin.search.find import MOST_HITS, Hit, Source, Wanted
from website.admin.tables.people import KINDS


def _readers(session: Session, asked: Wanted) -> Sequence[Hit]:
    """By the address of now or earlier, by that typed at Checkout, by an order, or by number."""
    hits = {
        buyer.reader.id: _reader(buyer.reader, f"found by {buyer.found_by}")
        for buyer in find_buyers(session, asked.words)
    }
    others = select(Reader).where((Reader.id == asked.number) | asked.begins(Reader.email_key))
    for reader in session.scalars(others.order_by(Reader.email_key, Reader.id).limit(MOST_HITS)):
        hits.setdefault(reader.id, _reader(reader, ""))
    return list(hits.values())[:MOST_HITS]


def _reader(reader: Reader, found_by: str) -> Hit:
    state = "has the pass" if reader.ad_free else "no pass"
    name = reader.email or f"Reader {reader.id}" + (", erased" if reader.erased_at else ", no email address")
    return Hit(name, f"/admin/readers/{reader.id}", ", ".join(filter(None, [state, found_by])))


def _subscribers(session: Session, asked: Wanted) -> Sequence[Hit]:
    matching = select(Subscriber).where(asked.begins(Subscriber.email_key)).order_by(Subscriber.email_key)
    return [
        Hit(one.email, f"/admin/subscribers/?q={quote(one.email_key)}", f"{one.state}, {one.frequency}")
        for one in session.scalars(matching.limit(MOST_HITS))
    ]


def _suppressions(session: Session, asked: Wanted) -> Sequence[Hit]:
    reasons = suppression.reasons(session, asked.key) if asked.key else []
    path = f"/admin/suppression?email={quote(asked.key)}"
    return [Hit(asked.key, path, KINDS[SuppressionKind(reason.kind)]) for reason in reasons]


def _mails(session: Session, asked: Wanted) -> Sequence[Hit]:
    return list(_mails_to(session, asked.key)) if asked.key else []


def _mails_to(session: Session, key: str) -> Iterator[Hit]:
    newest = select(OutboxMail).where(OutboxMail.to_key == key).order_by(OutboxMail.id.desc())
    for mail in session.scalars(newest.limit(MOST_HITS)):
        yield Hit(mail.name, f"/admin/mails/?q={quote(key)}", mail.state)


SOURCES = (
    Source("Readers", Need.PEOPLE, _readers),
    Source("Subscribers", Need.PEOPLE, _subscribers),
    Source("Suppressions", Need.PEOPLE, _suppressions),
    Source("Emails", Need.PEOPLE, _mails),
)
