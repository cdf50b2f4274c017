"""Passes bought without an account: who later proves the buyer's email address gets the pass.

Nothing is matched by email address without that proof (decision 1).
"""

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from carrel.accounts import readers
from carrel.accounts.models import Reader
from carrel.db import insert_into
from carrel.mail import addresses, outbox
from payments.gift_models import Gift, GiftRedemption
from payments.ledger import entries, gifts
from payments.models import Claim, Grant, Order


def record_claim(session: Session, order: Order, email: str | None) -> None:
    """Store the email address that Checkout collected, if the buyer has no account."""
    reader = readers.get(session, order.reader_id)
    if email is None or reader.email is not None or reader.erased_at is not None:
        return
    try:
        address = addresses.parse(email)
    except addresses.InvalidAddressError:
        return
    row = {"order_id": order.id, "email": address.typed, "email_key": address.key}
    session.execute(insert_into(session, Claim).values(row).on_conflict_do_nothing())


def buyer_email(session: Session, order: Order) -> str | None:
    """The buyer's email address: their account's, else the one they gave at Checkout."""
    if email := readers.get(session, order.reader_id).email:
        return email
    return session.scalars(select(Claim.email).where(Claim.order_id == order.id)).one_or_none()


def address_proven(session: Session, reader: Reader) -> None:
    """A reader proved an email address: what was bought with it, without an account, becomes theirs."""
    claimed = select(Order.reader_id).join(Claim, Claim.order_id == Order.id)
    buyers = claimed.join(Reader, Reader.id == Order.reader_id).where(
        Claim.email_key == reader.email_key, Reader.email_key.is_(None), Reader.id != reader.id
    )
    for reader_id in sorted(set(session.scalars(buyers))):
        readers.merge(session, readers.get(session, reader_id), reader)
    _delete_claims(session, reader.id)


def readers_merged(session: Session, from_id: int, into_id: int) -> None:
    """Two readers were merged: orders and gifts move, and both entitlements are derived again."""
    entries.lock(session)
    session.execute(update(Order).where(Order.reader_id == from_id).values(reader_id=into_id))
    session.execute(update(Grant).where(Grant.reader_id == from_id).values(reader_id=into_id))
    redeemed = update(GiftRedemption).where(GiftRedemption.reader_id == from_id)
    session.execute(redeemed.values(reader_id=into_id))
    if readers.get(session, into_id).email is not None:
        _delete_claims(session, into_id)
    entries.update_entitlement(session, from_id)
    entries.update_entitlement(session, into_id)


def reader_erased(session: Session, reader_id: int, email_key: str | None) -> None:
    """An account was erased: the ledger keeps amounts and Stripe ids, and nothing about the person.

    Gifts that they gave still stand, without their words; one that was not mailed yet is not.
    """
    orders = select(Order.id).where(Order.reader_id == reader_id)
    concerned = or_(Gift.order_id.in_(orders), Gift.recipient_key == email_key)
    session.execute(update(Gift).where(concerned).values(**gifts.WITHOUT_WORDS))
    reader_claims = or_(Claim.order_id.in_(orders), Claim.email_key == email_key)
    for key in session.scalars(delete(Claim).where(reader_claims).returning(Claim.email_key)).all():
        # An address that was only typed at Checkout may belong to somebody else, who has an account.
        if readers.by_address(session, key) is None:
            outbox.forget(session, key)
    anonymized = {"receipt_url": None, "return_to": "/", "parameters_hash": None}  # hashed with their address
    session.execute(update(Order).where(Order.reader_id == reader_id).values(anonymized))


def _delete_claims(session: Session, reader_id: int) -> None:
    orders = select(Order.id).where(Order.reader_id == reader_id)
    session.execute(delete(Claim).where(Claim.order_id.in_(orders)))
