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
BY_ID = "order or Stripe ID"


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
        # Two queries, each with its indexes: over both tables at once, the database would read all of them.
        of_order = or_(Order.reference == typed, Order.checkout_session_id == typed)
        yield orders.where(of_order), BY_ID
        of_payment = or_(Payment.payment_intent == typed, Payment.checkout_session_id == typed)
        yield orders.join(Payment, Payment.order_id == Order.id).where(of_payment), BY_ID
        return
    yield select(Reader).where(Reader.email_key == key), "their address"
    changed = select(Reader).join(AddressChange, AddressChange.reader_id == Reader.id)
    yield changed.where(AddressChange.old_key == key), "an address that they had"
    yield (
        orders.join(Claim, Claim.order_id == Order.id).where(Claim.email_key == key),
        "the address at Checkout",
    )
    receipt = Order.reference == func.substr(OutboxMail.key, len(RECEIPT) + 1)
    is_receipt = OutboxMail.key.startswith(RECEIPT, autoescape=True) & (OutboxMail.to_key == key)
    yield orders.join(OutboxMail, receipt).where(is_receipt), "a receipt that went there"


def _merged_into(session: Session, reader: Reader) -> Reader:
    """The reader that this one was finally merged into."""
    while reader.merged_into_id is not None:
        reader = session.get_one(Reader, reader.merged_into_id)
    return reader
