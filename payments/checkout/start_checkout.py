"""Starting a purchase: rate limits, an anonymous reader for a guest, and the order."""

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
    """Who presses the button: their reader if signed in, IP address, and browser.

    `may_see_account`: whether Checkout may show the account's email address.
    """

    reader_id: int | None
    may_see_account: bool
    ip: str
    user_agent: str


@dataclass(frozen=True)
class StartedCheckout:
    """An order to pay. `pending_session_id` is the session of an earlier one whose delayed payment is pending."""

    order: Order
    email: str | None
    new_token: str | None = None
    pending_session_id: str | None = None


def start_checkout(context: PaymentContext, visitor: Visitor, return_to: str) -> StartedCheckout:
    """Place an order, and create a reader for a guest, in one transaction.

    Raises `AlreadyOwnedError`, `TooManyRequestsError`.
    """
    return_to = return_to.partition("#")[0]
    with context.db.write() as session:
        _check_limits(session, visitor)
        reader, token = _reader(session, visitor)
        if pending := orders.pending_order(session, reader):
            return StartedCheckout(pending, None, pending_session_id=pending.checkout_session_id)
        email = reader.email if visitor.may_see_account else None
        order = orders.place_order(session, context.settings, reader, return_to, email)
        return StartedCheckout(order, email, token)


def _check_limits(session: Session, visitor: Visitor) -> None:
    """The limits make card testing unattractive here (PAY-27)."""
    if visitor.reader_id is not None:
        limits.check(session, "checkout-reader", str(visitor.reader_id), Limit(5, hours(1)))
    limits.check(session, "checkout-ip", limits.ip_key(visitor.ip), Limit(10, hours(1)))
    limits.check(session, "checkout-network", limits.network_key(visitor.ip), Limit(40, hours(1)))
    limits.check(session, "checkout-site", "all", Limit(60, minutes(1)), alarm=True)


def _reader(session: Session, visitor: Visitor) -> tuple[Reader, str | None]:
    if visitor.reader_id is not None:
        return readers.get(session, visitor.reader_id), None
    reader = readers.create_anonymous(session)
    return reader, sessions.start(session, reader, browser=sessions.browser_name(visitor.user_agent))
