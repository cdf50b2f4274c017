"""PASS_PRICE_CENTS=725 and PASS_CURRENCY=eur leave no "4.99" and no "$" anywhere."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from articles.publish import publish
from carrel.mail.models import Alarm
from carrel.settings import Settings
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from tests.payments.two_tabs import order_in_two_tabs
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.payments import Shop
from website.demo.fake_stripe import FakeStripe

PAGES = Path(__file__).parents[3] / "articles" / "content" / "pages"
ADDRESSES = [
    *("/", "/exams/cpb/", "/topics/medicare/", "/articles/clean-claims/", "/articles/clean-claims.md"),
    *("/search?q=claims", "/pass/?next=/", "/pass/thanks", "/sign-in/", "/subscribe/"),
    *("/about/", "/contact/", "/privacy/", "/terms/", "/nothing-here/"),
    *("/feed.xml", "/atom.xml", "/feed.json", "/exams/cpb/feed.xml", "/topics/medicare/atom.xml"),
    *("/llms.txt", "/sitemap.xml"),
]


@pytest.fixture
def settings(settings: Settings, stripe_: FakeStripe, tmp_path: Path) -> Settings:
    content = {
        "content/cpb/exam.toml": exam_toml(),
        "content/cpb/clean-claims.md": article_md(topics="[medicare]"),
    }
    write_files(tmp_path, content)
    shutil.copytree(PAGES, tmp_path / "content" / "pages")
    return settings.model_copy(
        update={
            "content": tmp_path / "content",
            "stripe_api_base": stripe_.base_url,
            "stripe_secret_key": SecretStr(stripe_.api_key),
            "pass_price_cents": 725,
            "pass_currency": "eur",
        }
    )


def lines(text: str) -> Iterator[str]:
    shown = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)  # a script has its own use for "$"
    yield from (line for line in shown.splitlines() if "4.99" in line or "$" in line)


def test_pages_and_feeds_know_one_price(shop: Shop) -> None:
    publish(shop.services.settings, shop.services.db)
    texts = {address: shop.browser().get(address).text for address in ADDRESSES}
    assert [(address, line) for address, text in texts.items() for line in lines(text)] == []
    for address in ("/exams/cpb/", "/articles/clean-claims/", "/pass/?next=/"):
        assert "one-time €7.25 payment" in texts[address]
    assert "Pay €7.25" in texts["/pass/?next=/"]


def test_so_does_a_holders_own_page_and_the_export(shop: Shop) -> None:
    browser = shop.browser()
    fulfill(shop.context, shop.buy(browser))
    for address in ("/account/", "/account/export", "/pass/"):
        assert list(lines(browser.get(address).text)) == []
    assert "€7.25 on" in browser.get("/account/").text


def test_checkout_is_asked_for_it(shop: Shop) -> None:
    shop.order(shop.browser())
    (call,) = shop.stripe.api.sent("POST /v1/checkout/sessions")
    assert list(lines(str(call.params))) == []
    price = call.params["line_items"][0]["price_data"]
    assert (price["unit_amount"], price["currency"]) == (725, "eur")


def test_so_do_all_mails_and_alarms(shop: Shop) -> None:
    browser = shop.browser()
    for session_id in order_in_two_tabs(shop, browser):  # the second is returned
        shop.stripe.pay(session_id)
        fulfill(shop.context, session_id)
    refunds.send_next_to_stripe(shop.services)
    dispute = shop.stripe.open_dispute(shop.stripe.sessions()[0]["id"])
    shop.deliver_all()
    shop.stripe.close_dispute(dispute["id"], "lost")
    shop.deliver_all()
    fulfill(shop.context, shop.buy(shop.browser(), amount=499))
    messages = [mail.subject + mail.text + mail.html for mail in shop.mails()]
    messages += [alarm.subject + alarm.text.replace("€4.99", "") for alarm in shop.rows(Alarm)]
    assert len(messages) >= 8
    assert [line for message in messages for line in lines(message)] == []
    assert any("€7.25" in message for message in messages)
