"""The pass across the packages: bought without an account, proven by mail, shown, taken out, left behind."""

from collections.abc import Iterator

import pytest
from flask import Flask
from pydantic import SecretStr

from carrel.page_cache import CacheVersionWatch
from carrel.services import Services
from carrel.settings import Settings
from tests.carrel.accounts.conftest import link_in
from tests.support.accounts import ANNA
from tests.support.browser import Browser
from tests.support.payments import SECRET, Shop
from tests.support.state import dump
from website.demo.fake_stripe import FakeStripe, running_fake_stripe


@pytest.fixture
def stripe_() -> Iterator[FakeStripe]:
    with running_fake_stripe() as fake_stripe:
        fake_stripe.webhooks.sign_with(SECRET)
        yield fake_stripe


@pytest.fixture
def settings(settings: Settings, stripe_: FakeStripe) -> Settings:
    return settings.model_copy(
        update={"stripe_api_base": stripe_.base_url, "stripe_secret_key": SecretStr(stripe_.api_key)}
    )


@pytest.fixture
def shop(app: Flask, services: Services, stripe_: FakeStripe) -> Shop:
    return Shop(app, services, stripe_)


@pytest.fixture
def buyer(app: Flask, shop: Shop) -> Browser:
    """A browser that bought, and never heard of accounts. Checkout collected Anna's address."""
    browser = Browser(app)
    shop.buy(browser.client, email="Anna@Example.org")
    shop.deliver_all("checkout.session.completed")
    return browser


@pytest.fixture
def phone(app: Flask, buyer: Browser, shop: Shop) -> Browser:
    """Anna's other device, where she signs in with the address that she gave at Checkout."""
    browser = Browser(app, "Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1", "198.51.100.7")
    browser.send(browser.get("/sign-in/"), email=ANNA)
    browser.send(browser.get(link_in(shop.mails()[-1])))
    return browser


def edition(browser: Browser) -> str:
    return str(browser.get("/me").get_json()["edition"])


def test_decision_1_the_browser_that_paid_has_the_pass_and_sees_its_receipt(buyer: Browser) -> None:
    assert edition(buyer) == "pass"
    page = buyer.get("/account/")
    assert "Add your email to keep your pass" in page.text
    assert "$4.99" in page.text
    assert "Receipt" in page.text


def test_decision_1_whoever_proves_the_address_has_the_pass_everywhere(
    phone: Browser, buyer: Browser
) -> None:
    assert edition(phone) == "pass"
    assert "Receipt" in phone.get("/account/").text
    assert edition(buyer) == "pass"


@pytest.mark.sweep
def test_decision_1_the_browser_that_only_paid_never_sees_the_account(buyer: Browser, phone: Browser) -> None:
    assert buyer.get("/account/").request.path == "/sign-in/"
    assert buyer.get("/account/export").request.path == "/sign-in/"


def test_data_19_the_file_holds_the_orders(phone: Browser) -> None:
    data = phone.get("/account/export").get_json()
    assert [order["state"] for order in data["orders"]] == ["paid"]
    assert data["account"] == data["account"] | {"email": ANNA, "ad_free": True}


@pytest.mark.sweep
def test_pay_31_leaving_ends_the_pass_everywhere_and_keeps_the_books(
    services: Services, buyer: Browser, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = phone.send(phone.get("/account/delete"), sure="yes")
    assert "Your account is deleted" in answer.text
    # The cache version rose with it; other processes would hear of it within half a second.
    quick = CacheVersionWatch(services.db, 0.0)
    monkeypatch.setattr(services.cache_version, "current", quick.current)
    assert [edition(phone), edition(buyer)] == ["guest", "guest"]
    left = dump(services.db)
    assert "'paid'" in left


def test_data_20_an_anonymous_buyer_leaves_no_address_either(services: Services, buyer: Browser) -> None:
    assert ANNA in dump(services.db)
    assert "Your account is deleted" in buyer.send(buyer.get("/account/delete"), sure="yes").text
    assert "anna@" not in dump(services.db).lower()
