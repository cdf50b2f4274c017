"""Starting a purchase: rate limits, an anonymous reader for a guest, and the order."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel.accounts import limits, readers, sessions
from carrel.accounts.limits import Limit, hours, minutes
from carrel.accounts.models import Reader
from carrel.ip_prefix import ip_key, network_key
from payments.checkout import gift_orders, orders
from payments.gifts.wishes import GiftWishes
from payments.models import Order
from payments.payment_context import PaymentContext

PER_READER = Limit(5, hours(1))
PER_IP = Limit(40, hours(1))  # a class behind one address
PER_NETWORK = Limit(60, hours(1))
PER_SITE = Limit(80, minutes(1))


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


def start_checkout(
    context: PaymentContext, visitor: Visitor, return_to: str, gift: GiftWishes | None = None
) -> StartedCheckout:
    """Place an order, of a gift if there are wishes for one, and create a reader for a guest, in one transaction.

    Raises `AlreadyOwnedError`, `TooManyRequestsError`.
    """
    return_to = return_to.partition("#")[0]
    with context.db.write() as session:
        known = readers.get(session, visitor.reader_id) if visitor.reader_id is not None else None
        _check_limits(session, visitor, known)
        reader, token = (known, None) if known else _new_reader(session, visitor)
        if gift is not None:
            order = gift_orders.place_gift_order(session, context.settings, reader, return_to, gift)
            return StartedCheckout(order, reader.email if visitor.may_see_account else None, token)
        if pending := orders.pending_order(session, reader):
            return StartedCheckout(pending, None, pending_session_id=pending.checkout_session_id)
        email = reader.email if visitor.may_see_account else None
        order = orders.place_order(session, context.settings, reader, return_to, email)
        return StartedCheckout(order, email, token)


def _check_limits(session: Session, visitor: Visitor, reader: Reader | None) -> None:
    """The limits make card testing unattractive here (PAY-27). Guests cannot use up those of a proven address."""
    if reader:
        limits.check(session, "checkout-reader", str(reader.id), PER_READER)
    if reader and reader.email:
        return
    limits.check(session, "checkout-ip", ip_key(visitor.ip), PER_IP)
    network = network_key(visitor.ip)
    limits.check(session, "checkout-network", network, PER_NETWORK)
    limits.check_site(session, "checkout", network, PER_SITE)


def _new_reader(session: Session, visitor: Visitor) -> tuple[Reader, str]:
    reader = readers.create_anonymous(session)
    return reader, sessions.start(session, reader, browser=sessions.browser_name(visitor.user_agent))
