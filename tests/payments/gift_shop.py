"""The steps of people who give the pass to somebody, and of those who get it."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from carrel.accounts import readers, sessions
from carrel.accounts.models import Reader
from carrel.services import signer_of
from payments.fulfillment.fulfill import fulfill
from payments.gift_models import Gift
from payments.gifts import codes, sending
from payments.models import Order
from tests.support.payments import Shop, press

FORM = "/pass/gift/"
REDEEM = "/pass/redeem/"


def order_gift(shop: Shop, browser: FlaskClient | None = None, **wishes: str) -> str:
    """Fill in the form and press the button; the id of the Checkout Session."""
    response = press(browser or shop.browser(), FORM, FORM, next="/articles/x/", **wishes)
    assert response.status_code == 303, response.text
    return str(response.headers["Location"]).rpartition("/")[2]


def give(
    shop: Shop, browser: FlaskClient | None = None, paid: dict[str, Any] | None = None, **wishes: str
) -> str:
    """Order, pay, and let us know; the id of the Checkout Session."""
    session_id = order_gift(shop, browser, **wishes)
    shop.stripe.pay(session_id, **{"email": "anna@example.org", **(paid or {})})
    fulfill(shop.context, session_id)
    return session_id


def gift_of(shop: Shop, session_id: str) -> Gift:
    """The gift of this Checkout Session."""
    own = select(Gift).join(Order, Order.id == Gift.order_id).where(Order.checkout_session_id == session_id)
    gift = shop.read(lambda session: session.scalars(own).one())
    assert isinstance(gift, Gift)
    return gift


def code_of(shop: Shop, session_id: str) -> str:
    """Its code, as its buyer sees it."""
    code = codes.reveal(signer_of(shop.services.settings), gift_of(shop, session_id))
    assert code
    return code


def page_of(shop: Shop, session_id: str) -> str:
    """The path of its buyer's page."""
    reference = shop.read(
        lambda session: session.scalars(
            select(Order.reference).where(Order.checkout_session_id == session_id)
        ).one()
    )
    return f"/account/gifts/{reference}"


def redeem(browser: FlaskClient, code: str) -> Any:
    """Type a code and press the button; the response."""
    return press(browser, REDEEM, REDEEM, code=code)


def reader_of(shop: Shop, browser: FlaskClient) -> Reader:
    """The reader of this browser's session."""
    found = shop.read(lambda session: sessions.find(session, shop.cookie(browser)))
    assert found
    reader = found.reader
    assert isinstance(reader, Reader)
    return reader


def has_pass(shop: Shop, browser: FlaskClient) -> bool:
    """Whether the reader of this browser sees no ads."""
    reader_id = reader_of(shop, browser).id
    return bool(shop.read(lambda session: readers.get(session, reader_id).ad_free))


def refund(shop: Shop, session_id: str, **params: Any) -> None:
    """The operator refunds it at Stripe, and we hear of it."""
    shop.stripe.refund(session_id, **params)
    fulfill(shop.context, session_id)


def send_all(shop: Shop) -> int:
    """The worker queues the mails of gifts that are due; how many turns found one."""
    turns = 0
    while sending.send_next(shop.services):
        turns += 1
        assert turns < 20, "it finds the same gift again and again"
    return turns
