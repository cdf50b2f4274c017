"""Whose a pass is, when it was bought without an account: a claim waits for whoever proves the address.

Nothing is matched by address without that proof (decision 1).
"""

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from carrel.accounts import readers
from carrel.accounts.models import Reader
from carrel.db import insert_into
from carrel.mail import addresses, outbox
from payments.ledger import entries
from payments.models import Claim, Grant, Order


def remember(session: Session, order: Order, email: str | None) -> None:
    """Keep the address that Checkout collected, if its buyer has no account to be found by."""
    reader = readers.get(session, order.reader_id)
    if email is None or reader.email is not None or reader.erased_at is not None:
        return
    try:
        address = addresses.parse(email)
    except addresses.InvalidAddressError:
        return
    row = {"order_id": order.id, "email": address.typed, "email_key": address.key}
    session.execute(insert_into(session, Claim).values(row).on_conflict_do_nothing())


def address_of(session: Session, order: Order) -> str | None:
    """Where to write to the buyer: their account's address, else the one they gave at Checkout."""
    if email := readers.get(session, order.reader_id).email:
        return email
    return session.scalars(select(Claim.email).where(Claim.order_id == order.id)).one_or_none()


def address_proven(session: Session, reader: Reader) -> None:
    """Somebody proved an address: what was bought with it, without an account, is theirs."""
    waiting = select(Order.reader_id).join(Claim, Claim.order_id == Order.id)
    buyers = waiting.join(Reader, Reader.id == Order.reader_id).where(
        Claim.email_key == reader.email_key, Reader.email_key.is_(None), Reader.id != reader.id
    )
    for reader_id in sorted(set(session.scalars(buyers))):
        readers.merge(session, readers.get(session, reader_id), reader)
    _settle_claims(session, reader.id)


def readers_merged(session: Session, from_id: int, into_id: int) -> None:
    """Two readers turned out to be one: orders and gifts follow, and both are judged anew."""
    entries.lock(session)
    session.execute(update(Order).where(Order.reader_id == from_id).values(reader_id=into_id))
    session.execute(update(Grant).where(Grant.reader_id == from_id).values(reader_id=into_id))
    if readers.get(session, into_id).email is not None:
        _settle_claims(session, into_id)
    entries.project(session, from_id)
    entries.project(session, into_id)


def reader_erased(session: Session, reader_id: int, email_key: str | None) -> None:
    """Somebody left: the ledger keeps sums and Stripe's ids, and forgets the person."""
    orders = select(Order.id).where(Order.reader_id == reader_id)
    theirs = or_(Claim.order_id.in_(orders), Claim.email_key == email_key)
    for key in session.scalars(delete(Claim).where(theirs).returning(Claim.email_key)).all():
        # An address that was only typed at Checkout may be somebody else's, who has an account of their own.
        if readers.by_address(session, key) is None:
            outbox.forget(session, key)
    forgotten = update(Order).where(Order.reader_id == reader_id).values(receipt_url=None, return_to="/")
    session.execute(forgotten)


def _settle_claims(session: Session, reader_id: int) -> None:
    orders = select(Order.id).where(Order.reader_id == reader_id)
    session.execute(delete(Claim).where(Claim.order_id.in_(orders)))
