"""The pages of the fake Stripe in a real browser: accessible, on a phone too, without JavaScript."""

import pytest
import stripe
from playwright.sync_api import Browser, Page

from tests.support.axe import complaints_in_both
from tests.website.demo.fake_stripe.conftest import pass_order
from website.demo.fake_stripe import FakeStripe

pytestmark = pytest.mark.browser


@pytest.fixture
def paths(fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str) -> list[str]:
    """Every page of the fake Stripe, with something on it."""
    opened = client.v1.checkout.sessions.create(pass_order()).id
    ended = client.v1.checkout.sessions.create(pass_order()).id
    fake_stripe.expire(ended)
    fake_stripe.refund(paid, amount=100)
    fake_stripe.open_dispute(paid)
    return ["/", f"/pay/{opened}", f"/pay/{ended}", f"/receipts/{fake_stripe.charge_of(paid)['id']}"]


@pytest.mark.parametrize("width", [320, 1100])
def test_every_page_is_accessible_and_never_scrolls_sideways(
    browser: Browser, fake_stripe: FakeStripe, paths: list[str], width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    for path in paths:
        page.goto(fake_stripe.base_url + path)
        assert complaints_in_both(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.close()


def test_a_buyer_without_scripts_is_declined_pays_and_comes_back(
    browser: Browser, fake_stripe: FakeStripe, client: stripe.StripeClient
) -> None:
    shop = f"{fake_stripe.base_url}/receipts/"  # any address of this machine will do to come back to
    order = pass_order() | {"success_url": shop + "?session_id={CHECKOUT_SESSION_ID}"}
    session = client.v1.checkout.sessions.create(order)
    page = browser.new_context(java_script_enabled=False).new_page()
    pay(page, str(session.url), "4000 0000 0000 0002")
    assert page.get_by_role("alert").inner_text() == "Your card was declined. Please try another card."
    page.get_by_label("Test card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name="Pay $4.99").click()
    assert page.url == f"{shop}?session_id={session.id}"
    assert fake_stripe.get(session.id)["payment_status"] == "paid"
    page.context.close()


def pay(page: Page, url: str, card: str) -> None:
    page.goto(url)
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Test card number").fill(card)
    page.get_by_role("button", name="Pay $4.99").click()
