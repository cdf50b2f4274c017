"""A second press of the button: the same session if nothing has changed, and otherwise one in place of the first."""

import pytest
import time_machine
from flask.testing import FlaskClient

from carrel.accounts import readers
from payments.fulfillment.fulfill import fulfill
from payments.models import Order
from tests.payments.two_tabs import EXPIRE, order_in_two_tabs
from tests.support.accounts import make_reader, make_session
from tests.support.payments import CREATE, Shop, erase_reader, last_session_params, try_to_buy


def signed_in(shop: Shop, guest: FlaskClient) -> FlaskClient:
    """The guest signs in by mail: their order becomes Anna's, and this browser has her session."""
    anna = make_reader(shop.services.db)
    (order,) = shop.rows(Order)
    with shop.services.db.write() as session:
        readers.merge(session, readers.get(session, order.reader_id), readers.get(session, anna.id))
    return shop.with_session(make_session(shop.services.db, anna))


def statuses(shop: Shop) -> list[str]:
    """What became of each session at Stripe."""
    return [checkout_session["status"] for checkout_session in shop.stripe.sessions()]


def test_pay_then_back_then_sign_in_then_pay_leads_to_checkout(shop: Shop) -> None:
    guest = shop.browser()
    first = shop.order(guest)
    anna = signed_in(shop, guest)
    second = shop.order(anna)
    assert (first != second, statuses(shop)) == (True, ["expired", "open"])
    assert last_session_params(shop)["customer_email"] == "anna@example.org"
    shop.stripe.pay(second)
    fulfill(shop.context, second)
    assert "Your pass is active" in anna.get("/pass/").text


@pytest.mark.parametrize(
    "changed",
    [{"pass_payment_methods": ()}, {"pass_promotion_codes": True}, {"pass_tax": "inclusive"}],
    ids=lambda changed: next(iter(changed)),
)
def test_after_a_changed_setting_the_button_still_leads_to_checkout(
    shop: Shop, changed: dict[str, object]
) -> None:
    browser = shop.browser()
    shop.order(browser)
    shop.set(**changed)
    shop.order(browser)
    assert (statuses(shop), shop.count(Order)) == (["expired", "open"], 2)


def test_a_key_never_comes_with_other_parameters(shop: Shop) -> None:
    guest = shop.browser()
    shop.order(guest)
    anna = signed_in(shop, guest)
    for _ in range(2):
        shop.order(anna)
    calls = shop.stripe.api.sent(CREATE)
    assert [call.status for call in calls] == [200, 200, 200]
    by_key = {(call.idempotency_key, str(call.params)) for call in calls}
    assert len(by_key) == len({call.idempotency_key for call in calls}) == 2


def test_the_session_of_another_page_is_closed(shop: Shop) -> None:
    browser = shop.browser()
    shop.order(browser, "/a/")
    shop.order(browser, "/b/")
    assert (statuses(shop), [order.state for order in shop.rows(Order)]) == (
        ["expired", "open"],
        ["expired", "open"],
    )
    shop.deliver_all()
    assert [order.state for order in shop.rows(Order)] == ["expired", "open"]


def test_going_back_to_the_first_page_leads_to_an_open_session(shop: Shop) -> None:
    browser = shop.browser()
    sessions = [shop.order(browser, page) for page in ("/a/", "/b/", "/a/")]
    assert (statuses(shop), shop.stripe.get(sessions[-1])["status"]) == (
        ["expired", "expired", "open"],
        "open",
    )


def test_somebody_elses_session_stays_open(shop: Shop) -> None:
    shop.order(shop.browser())
    shop.order(shop.browser())
    assert statuses(shop) == ["open", "open"]


def test_who_has_paid_in_another_tab_is_not_asked_to_pay_again(shop: Shop) -> None:
    browser = shop.browser()
    paid = shop.buy(browser, "/a/")  # and nothing has told us yet
    answer = try_to_buy(browser, "/b/")
    assert answer.headers["Location"] == f"/pass/thanks?session={paid}"
    assert (shop.ad_free(), len(shop.stripe.sessions())) == ([True], 1)


def test_where_the_first_cannot_be_closed_the_second_opens_all_the_same(shop: Shop) -> None:
    order_in_two_tabs(shop, shop.browser())
    assert statuses(shop) == ["open", "open"]
    assert {call.status for call in shop.stripe.api.sent(EXPIRE)} == {503}


def test_a_session_that_has_run_out_is_not_closed_again(shop: Shop) -> None:
    browser = shop.browser()
    shop.order(browser, "/a/")
    with time_machine.travel(shop.rows(Order)[0].expires_at, tick=False):
        shop.order(browser, "/b/")
    assert not shop.stripe.api.sent(EXPIRE)


def test_nothing_that_was_hashed_with_an_address_outlives_the_purchase(shop: Shop) -> None:
    anna = make_reader(shop.services.db)
    fulfill(shop.context, shop.buy(shop.with_session(make_session(shop.services.db, anna))))
    assert shop.rows(Order)[0].parameters_hash is None


def test_nothing_that_was_hashed_with_an_address_outlives_the_account(shop: Shop) -> None:
    anna = make_reader(shop.services.db)
    shop.order(shop.with_session(make_session(shop.services.db, anna)))
    assert shop.rows(Order)[0].parameters_hash is not None
    with shop.services.db.write() as session:
        erase_reader(session, readers.get(session, anna.id))
    assert shop.rows(Order)[0].parameters_hash is None
