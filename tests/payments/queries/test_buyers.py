"""Finding a buyer by email address or id."""

import pytest
from sqlalchemy import select

from carrel import clock
from carrel.accounts import readers
from carrel.accounts.models import AddressChange, Reader
from payments.fulfillment.fulfill import fulfill
from payments.models import Order
from payments.queries import buyers
from tests.support.accounts import make_reader
from tests.support.payments import Shop

TYPED = "buyer@work.example"


def matches(shop: Shop, typed: str) -> list[tuple[int, str]]:
    with shop.services.db.read() as session:
        return [(buyer.reader.id, buyer.found_by) for buyer in buyers.find_buyers(session, typed)]


@pytest.fixture
def bought(shop: Shop) -> str:
    session_id = shop.buy(email=TYPED)
    fulfill(shop.context, session_id)
    return session_id


def test_a_buyer_without_an_account_is_found_by_the_address_at_checkout(shop: Shop, bought: str) -> None:
    assert matches(shop, TYPED.upper()) == [(1, "the address at Checkout")]


def test_a_buyer_is_found_by_order_session_and_payment(shop: Shop, bought: str) -> None:
    order = shop.rows(Order)[0]
    for typed in (order.reference, bought, shop.stripe.charge_of(bought)["payment_intent"]):
        assert matches(shop, f" {typed} ") == [(1, "order or Stripe ID")]


def test_a_buyer_who_proved_another_address_is_found_by_now_then_and_the_receipt(
    shop: Shop, bought: str
) -> None:
    anna = make_reader(shop.services.db, "anna@example.org")
    with shop.services.db.write() as session:
        readers.merge(session, readers.get(session, 1), readers.get(session, anna.id))
        now = clock.now()
        session.add(
            AddressChange(
                reader_id=anna.id, old_email="Old@example.org", old_key="old@example.org", undo_hash=b"x" * 32,
                changed_at=now, undo_until=now,
            )
        )  # fmt: skip
    assert matches(shop, "anna@example.org") == [(anna.id, "their address")]
    assert matches(shop, "OLD@example.org") == [(anna.id, "an address that they had")]
    assert matches(shop, TYPED) == [(anna.id, "a receipt that went there")]
    with shop.services.db.read() as session:
        assert session.scalars(select(Reader.merged_into_id).where(Reader.id == 1)).one() == anna.id


@pytest.mark.parametrize("typed", ["nobody@example.org", "", "%", "pi_unknown", "a@b"])
def test_nobody_is_found_by_what_is_nobodys(shop: Shop, bought: str, typed: str) -> None:
    assert matches(shop, typed) == []
