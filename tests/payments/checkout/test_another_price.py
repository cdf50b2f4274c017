"""PASS_PRICE_CENTS=725 and PASS_CURRENCY=eur leave no "4.99" and no "$" anywhere."""

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
from tests.support.articles import article_md, exam_toml, write_files
from tests.support.payments import Till
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
    yield from (line for line in text.splitlines() if "4.99" in line or "$" in line)


def test_pages_and_feeds_know_one_price(till: Till) -> None:
    publish(till.services.settings, till.services.db)
    texts = {address: till.browser().get(address).text for address in ADDRESSES}
    assert [(address, line) for address, text in texts.items() for line in lines(text)] == []
    for address in ("/exams/cpb/", "/articles/clean-claims/", "/pass/?next=/"):
        assert "one-time €7.25 payment" in texts[address]
    assert "Pay €7.25" in texts["/pass/?next=/"]


def test_so_does_a_holders_own_page_and_the_export(till: Till) -> None:
    browser = till.browser()
    fulfill(till.shop, till.buy(browser))
    for address in ("/account/", "/account/export", "/pass/"):
        assert list(lines(browser.get(address).text)) == []
    assert "€7.25 on" in browser.get("/account/").text


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
        fulfill(till.shop, session_id)
    refunds.carry_out_one(till.services)
    dispute = till.stripe.open_dispute(till.stripe.sessions()[0]["id"])
    till.deliver_all()
    till.stripe.close_dispute(dispute["id"], "lost")
    till.deliver_all()
    fulfill(till.shop, till.buy(till.browser(), amount=499))
    told = [mail.subject + mail.text + mail.html for mail in till.mails()]
    told += [alarm.subject + alarm.text.replace("€4.99", "") for alarm in till.rows(Alarm)]
    assert len(told) >= 8
    assert [line for each in told for line in lines(each)] == []
    assert any("€7.25" in each for each in told)
