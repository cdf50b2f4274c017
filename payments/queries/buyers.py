"""Finding a buyer by an email address, present or past, or by the id of an order or a Stripe object."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from carrel.accounts.models import AddressChange, Reader
from carrel.mail.addresses import InvalidAddressError, key_of
from carrel.mail.models import OutboxMail
from payments.models import Claim, Order, Payment

RECEIPT = "purchase:"  # the outbox key of a receipt ends with its order's reference
MAX_RESULTS = 50


@dataclass(frozen=True)
class Buyer:
    """A reader, and how they were found."""

    reader: Reader
    found_by: str


def find_buyers(session: Session, typed: str) -> list[Buyer]:
    """All readers who match, each once, the most certain first. For operators only.

    An address that was typed at Checkout proves nothing (decision 1): it finds a buyer, and grants nothing.
    """
    matches: dict[int, Buyer] = {}
    for query, found_by in _queries(typed.strip()):
        for reader in session.scalars(query.limit(MAX_RESULTS)):
            buyer = _merged_into(session, reader)
            matches.setdefault(buyer.id, Buyer(buyer, found_by))
    return list(matches.values())


def _queries(typed: str) -> Iterator[tuple[Select[Reader], str]]:
    orders = select(Reader).join(Order, Order.reader_id == Reader.id)
    try:
        key = key_of(typed)
    except InvalidAddressError:
        of_payment = orders.outerjoin(Payment, Payment.order_id == Order.id)
        ids = (
            Order.reference,
            Order.checkout_session_id,
            Payment.payment_intent,
            Payment.checkout_session_id,
        )
        yield of_payment.where(or_(*(column == typed for column in ids))), "order, or an id at Stripe"
        return
    yield select(Reader).where(Reader.email_key == key), "their address"
    changed = select(Reader).join(AddressChange, AddressChange.reader_id == Reader.id)
    yield changed.where(AddressChange.old_key == key), "an address that they had"
    yield (
        orders.join(Claim, Claim.order_id == Order.id).where(Claim.email_key == key),
        "the address at Checkout",
    )
    receipt = func.concat(RECEIPT, Order.reference) == OutboxMail.key
    yield orders.join(OutboxMail, receipt).where(OutboxMail.to_key == key), "a receipt that went there"


def _merged_into(session: Session, reader: Reader) -> Reader:
    """The reader that this one was finally merged into."""
    while reader.merged_into_id is not None:
        reader = session.get_one(Reader, reader.merged_into_id)
    return reader
