"""Guests want the checkouts of others; a class behind one address wants to buy."""

import pytest

from carrel.accounts.limits import Limit, minutes
from payments.checkout import start_checkout
from payments.models import Order
from tests.payments.conftest import no_invalid_signatures_yet, settings, shop, stripe_  # noqa: F401
from tests.support.accounts import make_reader, make_session
from tests.support.payments import Shop


@pytest.mark.sweep
def test_a_class_behind_one_address_buys_the_pass(shop: Shop) -> None:  # noqa: F811
    pupils = [shop.browser() for _ in range(start_checkout.PER_IP.count + 1)]
    answers = [
        pupil.post("/pass/checkout", data={"csrf_token": shop.token(pupil), "next": "/"}).status_code
        for pupil in pupils
    ]
    assert answers == [303] * start_checkout.PER_IP.count + [429]


def test_guests_want_to_use_up_the_checkouts_of_readers(
    shop: Shop,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind the same address, and beyond the ceiling of the site."""
    monkeypatch.setattr(start_checkout, "PER_SITE", Limit(2, minutes(1)))
    for status in (303, 303, 429):
        guest = shop.browser()
        assert guest.post("/pass/checkout", data={"csrf_token": shop.token(guest)}).status_code == status
    anna = shop.browser()
    session = make_session(shop.services.db, make_reader(shop.services.db))
    anna.set_cookie("__Host-carrel_session", session, domain="carrel.test", secure=True)
    assert anna.post("/pass/checkout", data={"csrf_token": shop.token(anna)}).status_code == 303
    assert shop.count(Order) == 3
