"""Setting out to buy: limits, the anonymous reader of a first purchase, and the order."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel.accounts import limits, readers, sessions
from carrel.accounts.limits import Limit, hours, minutes
from carrel.accounts.models import Reader
from payments.checkout import orders
from payments.models import Order
from payments.payment_context import PaymentContext


@dataclass(frozen=True)
class Visitor:
    """Who presses the button: their reader if the browser is signed in, network address and browser.

    `may_see_account`: only then may Checkout show the account's own address.
    """

    reader_id: int | None
    may_see_account: bool
    address: str
    user_agent: str


@dataclass(frozen=True)
class Begun:
    """An order to be paid. `waits_for` is the session of an earlier one whose money is still on its way."""

    order: Order
    email: str | None
    new_token: str | None = None
    waits_for: str | None = None


def begin(shop: PaymentContext, visitor: Visitor, return_to: str) -> Begun:
    """Write an order, and a reader for a guest, in one transaction. Raises `AlreadyOwnedError`, `TooManyRequestsError`."""
    return_to = return_to.partition("#")[0]
    with shop.db.write() as session:
        _count(session, visitor)
        reader, token = _reader(session, visitor)
        if pending := orders.waiting_for_money(session, reader):
            return Begun(pending, None, waits_for=pending.checkout_session_id)
        order = orders.place(session, shop.settings, reader, return_to)
        return Begun(order, reader.email if visitor.may_see_account else None, token)


def _count(session: Session, visitor: Visitor) -> None:
    """Card testers try many cards: the limits make this a poor place for it (PAY-27)."""
    if visitor.reader_id is not None:
        limits.check(session, "checkout-reader", str(visitor.reader_id), Limit(5, hours(1)))
    limits.check(session, "checkout-ip", limits.ip_key(visitor.address), Limit(10, hours(1)))
    limits.check(session, "checkout-network", limits.network_key(visitor.address), Limit(40, hours(1)))
    limits.check(session, "checkout-site", "all", Limit(60, minutes(1)), alarm=True)


def _reader(session: Session, visitor: Visitor) -> tuple[Reader, str | None]:
    if visitor.reader_id is not None:
        return readers.get(session, visitor.reader_id), None
    reader = readers.create_anonymous(session)
    return reader, sessions.start(session, reader, browser=sessions.browser_name(visitor.user_agent))
