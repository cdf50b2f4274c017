"""The hosted page over plain HTTP, as in a browser without JavaScript."""

import http.client
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import pytest
import stripe
from stripe.checkout import Session

from website.demo.fake_stripe import FakeStripe

NewSession = Callable[..., Session]
THANKS = "https://carrel.test/pass/thanks?session_id="


@dataclass
class Page:
    status: int
    location: str
    text: str


def visit(url: str | None, **form: str) -> Page:
    assert url is not None
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    if form:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", parts.path, urlencode(form), headers)
    else:
        connection.request("GET", parts.path)
    response = connection.getresponse()
    return Page(response.status, response.headers.get("Location", ""), response.read().decode())


def test_the_page_says_that_it_is_a_test_what_is_sold_and_for_how_much(new_session: NewSession) -> None:
    page = visit(new_session().url)
    assert page.status == 200
    assert "This is a test page. No money moves." in page.text
    assert "A pass" in page.text
    assert "$4.99" in page.text
    assert 'href="https://carrel.test/pass/"' in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize(
    ("currency", "amount", "price"),
    [("eur", 725, "€7.25"), ("jpy", 500, "¥500"), ("kwd", 1500, "1.500 KWD"), ("chf", 123456, "1,234.56 CHF")],
)  # fmt: skip
def test_prices_are_written_as_the_currency_is_counted(
    new_session: NewSession, currency: str, amount: int, price: str
) -> None:
    item = {"currency": currency, "unit_amount": amount, "product_data": {"name": "A pass"}}
    session = new_session(line_items=[{"price_data": item, "quantity": 1}])
    assert price in visit(session.url).text


def test_paying_by_card_leads_back_to_the_shop(fake_stripe: FakeStripe, new_session: NewSession) -> None:
    session = new_session()
    page = visit(session.url, email="ada@example.com", card="4242 4242 4242 4242")
    assert (page.status, page.location) == (303, THANKS + session.id)
    paid = fake_stripe.get(session.id)
    assert (paid["payment_status"], paid["customer_details"]["email"]) == ("paid", "ada@example.com")


def test_a_declined_card_is_told_and_the_next_one_may_pay(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    session = new_session()
    page = visit(session.url, email="ada@example.com", card="4000000000000002")
    assert (page.status, fake_stripe.get(session.id)["status"]) == (422, "open")
    assert "Your card was declined." in page.text
    assert 'value="ada@example.com"' in page.text
    assert visit(session.url, email="ada@example.com", card="4242424242424242").status == 303


def test_a_number_that_is_no_test_card_is_refused_and_never_kept(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    session = new_session()
    page = visit(session.url, email="ada@example.com", card="5555 5555 5555 4444")
    assert (page.status, "test cards only" in page.text) == (422, True)
    assert fake_stripe.events() == []


def test_an_address_that_is_none_is_told(new_session: NewSession) -> None:
    page = visit(new_session().url, email="ada", card="4242424242424242")
    assert (page.status, "enter an email address" in page.text) == (422, True)


def test_the_address_that_the_shop_knows_is_kept(fake_stripe: FakeStripe, new_session: NewSession) -> None:
    session = new_session(customer_email="ada@example.com")
    assert re.search(r'value="ada@example.com"\s+readonly', visit(session.url).text)
    visit(session.url, email="eve@example.com", card="4242424242424242")
    assert fake_stripe.get(session.id)["customer_details"]["email"] == "ada@example.com"


@pytest.mark.parametrize(("way", "ends"), [("bank_pays", "succeeded"), ("bank_refuses", "failed")])
def test_a_bank_debit_finishes_when_it_is_due(
    fake_stripe: FakeStripe, new_session: NewSession, way: str, ends: str
) -> None:
    fake_stripe.account.settle_after = 3600
    session = new_session()
    assert visit(session.url, email="ada@example.com", way=way).status == 303
    assert fake_stripe.get(session.id)["payment_status"] == "unpaid"
    fake_stripe.advance(3601)
    assert len(fake_stripe.events(f"checkout.session.async_payment_{ends}")) == 1
    fake_stripe.advance(3601)
    assert len(fake_stripe.events(f"checkout.session.async_payment_{ends}")) == 1


def test_a_session_for_cards_only_offers_no_bank_debit(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    assert "Bank debit" in visit(new_session().url).text
    session = new_session(allowed_payment_method_types=["card"])
    assert "Bank debit" not in visit(session.url).text
    assert visit(session.url, email="ada@example.com", way="bank_pays").status == 422


def test_a_finished_session_leads_to_the_shop_and_is_not_paid_twice(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    session = new_session()
    url = session.url
    for _ in range(2):
        page = visit(url, email="ada@example.com", card="4242424242424242")
        assert page.location == THANKS + session.id
    assert visit(url).location == THANKS + session.id
    assert len(fake_stripe.events("charge.succeeded")) == 1


def test_an_expired_session_says_so_and_cannot_be_paid(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    session = new_session()
    url = session.url
    fake_stripe.expire(session.id)
    assert "has expired" in visit(url).text
    assert "has expired" in visit(url, email="ada@example.com", card="4242424242424242").text
    assert fake_stripe.get(session.id)["payment_status"] == "unpaid"


def test_a_free_session_asks_for_no_card(fake_stripe: FakeStripe, new_session: NewSession) -> None:
    item = {"currency": "usd", "unit_amount": 0, "product_data": {"name": "A gift"}}
    session = new_session(line_items=[{"price_data": item, "quantity": 1}])
    assert "card" not in re.sub(r'class="card"', "", visit(session.url).text)
    assert visit(session.url, email="ada@example.com").status == 303
    assert fake_stripe.get(session.id)["payment_status"] == "no_payment_required"


def test_what_a_shop_writes_stays_text_on_the_page(new_session: NewSession) -> None:
    item = {"currency": "usd", "unit_amount": 499, "product_data": {"name": "<script>alert(1)</script>"}}
    session = new_session(line_items=[{"price_data": item, "quantity": 1}])
    assert "<script>" not in visit(session.url).text


def test_the_receipt_tells_what_was_paid_and_refunded(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    fake_stripe.refund(paid, amount=100)
    charge = client.v1.charges.retrieve(fake_stripe.charge_of(paid)["id"])
    page = visit(charge.receipt_url)
    assert "$4.99" in page.text
    assert "Refunded: $1.00." in page.text


def test_a_page_that_is_not_there_is_not_found(fake_stripe: FakeStripe) -> None:
    for path in ("/pay/cs_test_nothing", "/receipts/ch_nothing", "/nothing"):
        assert visit(fake_stripe.base_url + path).status == 404


def test_without_the_box_that_the_shop_asked_for_nobody_pays(new_session: NewSession) -> None:
    message = {"terms_of_service_acceptance": {"message": "I agree."}}
    session = new_session(consent_collection={"terms_of_service": "required"}, custom_text=message)
    assert "I agree." in visit(session.url).text
    paid = {"email": "ada@example.com", "card": "4242 4242 4242 4242"}
    assert visit(session.url, **paid).status == 422
    assert visit(session.url, **paid, consent="yes").status == 303
