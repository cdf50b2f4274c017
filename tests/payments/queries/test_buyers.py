"""Finding a buyer by whatever they remember."""

import pytest
from sqlalchemy import select

from carrel import clock
from carrel.accounts import readers
from carrel.accounts.models import AddressChange, Reader
from payments.fulfillment.fulfill import fulfill
from payments.models import Order
from payments.queries import buyers
from tests.support.accounts import make_reader
from tests.support.payments import Till

TYPED = "buyer@work.example"


def found(till: Till, typed: str) -> list[tuple[int, str]]:
    with till.services.db.read() as session:
        return [(each.reader.id, each.found_by) for each in buyers.find(session, typed)]


@pytest.fixture
def bought(till: Till) -> str:
    session_id = till.buy(email=TYPED)
    fulfill(till.shop, session_id)
    return session_id


def test_a_buyer_without_an_account_is_found_by_the_address_at_checkout(till: Till, bought: str) -> None:
    assert found(till, TYPED.upper()) == [(1, "the address at Checkout")]


def test_a_buyer_is_found_by_order_session_and_payment(till: Till, bought: str) -> None:
    order = till.rows(Order)[0]
    for typed in (order.reference, bought, till.stripe.charge_of(bought)["payment_intent"]):
        assert found(till, f" {typed} ") == [(1, "order, or an id of Stripe's")]


def test_a_buyer_who_proved_another_address_is_found_by_now_then_and_the_receipt(
    till: Till, bought: str
) -> None:
    anna = make_reader(till.services.db, "anna@example.org")
    with till.services.db.write() as session:
        readers.merge(session, readers.get(session, 1), readers.get(session, anna.id))
        now = clock.now()
        session.add(
            AddressChange(
                reader_id=anna.id, old_email="Old@example.org", old_key="old@example.org", undo_hash=b"x" * 32,
                changed_at=now, undo_until=now,
            )
        )  # fmt: skip
    assert found(till, "anna@example.org") == [(anna.id, "their address")]
    assert found(till, "OLD@example.org") == [(anna.id, "an address that they had")]
    assert found(till, TYPED) == [(anna.id, "a receipt that went there")]
    with till.services.db.read() as session:
        assert session.scalars(select(Reader.merged_into_id).where(Reader.id == 1)).one() == anna.id


@pytest.mark.parametrize("typed", ["nobody@example.org", "", "%", "pi_unknown", "a@b"])
def test_nobody_is_found_by_what_is_nobodys(till: Till, bought: str, typed: str) -> None:
    assert found(till, typed) == []
