"""PASS_PRICE_CENTS=725 and PASS_CURRENCY=eur leave no "4.99" and no "$" anywhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from payments import refunds
from payments.fulfil import fulfil
from payments.standin import Standin
from tests.support.payments import Till
from website.mail.models import Alarm
from website.settings import Settings


@pytest.fixture
def settings(settings: Settings, stripe_: Standin) -> Settings:
    return settings.model_copy(
        update={
            "stripe_api_base": stripe_.base_url,
            "stripe_secret_key": SecretStr(stripe_.api_key),
            "pass_price_cents": 725,
            "pass_currency": "eur",
        }
    )


def lines(text: str) -> Iterator[str]:
    yield from (line for line in text.splitlines() if "4.99" in line or "$" in line)


def pages(till: Till, browser: Any) -> Iterator[str]:
    for address in (
        "/",
        "/pass/?next=/",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/llms.txt",
        "/pass/thanks",
    ):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        yield answer.text


def test_pages_and_feeds_know_one_price(till: Till) -> None:
    for page in pages(till, till.browser()):
        assert list(lines(page)) == []
    offer = till.browser().get("/pass/").text
    assert "one-time €7.25 payment" in offer
    assert "Pay €7.25" in offer


def test_checkout_is_asked_for_it(till: Till) -> None:
    till.order(till.browser())
    (call,) = till.stripe.api.sent("POST /v1/checkout/sessions")
    assert list(lines(str(call.params))) == []
    price = call.params["line_items"][0]["price_data"]
    assert (price["unit_amount"], price["currency"]) == (725, "eur")


def test_so_do_all_mails_and_alarms(till: Till) -> None:
    browser = till.browser()
    for session_id in [till.order(browser, "/a/"), till.order(browser, "/b/")]:  # the second is returned
        till.stripe.pay(session_id)
        fulfil(till.shop, session_id)
    refunds.carry_out_one(till.services)
    dispute = till.stripe.open_dispute(till.stripe.sessions()[0]["id"])
    till.deliver_all()
    till.stripe.close_dispute(dispute["id"], "lost")
    till.deliver_all()
    fulfil(till.shop, till.buy(till.browser(), amount=499))
    told = [mail.subject + mail.text + mail.html for mail in till.mails()]
    told += [alarm.subject + alarm.text.replace("€4.99", "") for alarm in till.rows(Alarm)]
    assert len(told) >= 8
    assert [line for each in told for line in lines(each)] == []
    assert any("€7.25" in each for each in told)
