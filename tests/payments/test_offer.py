"""The offer in the operator's words."""

from typing import Any

import pytest
from pydantic import SecretStr

from carrel.settings import Settings, SettingsError, load
from payments import offer
from payments.stripe.limits import payment_method_types
from tests.support.payments import Shop


def selling(**changes: Any) -> Settings:
    return load(
        {}, stripe_secret_key=SecretStr("sk_test_x"), stripe_webhook_secret=(SecretStr("whsec_x"),), **changes
    )


def test_the_line_as_it_comes() -> None:
    line = "Disable ads (and more) with a membership for a one-time $4.99 payment"
    assert offer.offer_line(selling()) == line


def test_and_more_is_said_only_while_there_is_more() -> None:
    assert (
        offer.offer_line(selling(pass_extras=()))
        == "Disable ads with a membership for a one-time $4.99 payment"
    )


def test_the_operator_chooses_words_and_price() -> None:
    settings = selling(
        offer_line="{noun}: {price}", pass_noun="a premium pass", pass_price_cents=725, pass_currency="eur"
    )
    assert offer.offer_line(settings) == "a premium pass: €7.25"


def test_an_exam_may_have_its_own_words() -> None:
    assert offer.offer_line(selling(), line="Ads off{and_more}: {noun}, {price}", noun="the CPB pass") == (
        "Ads off (and more): the CPB pass, $4.99"
    )


def test_the_offer_leads_back_to_where_it_stood() -> None:
    shown = offer.offer(selling(), "/articles/what-cmp-means/")
    assert shown is not None
    assert shown.url == "/pass/?next=/articles/what-cmp-means/"


def test_pay_02_without_a_webhook_secret_nothing_is_offered() -> None:
    assert offer.offer(load({}, stripe_secret_key=SecretStr("sk_test_x")), "/") is None


@pytest.mark.parametrize("line", ["{nuon} for {price}", "{price", "{0}", "{price.real.x}"])
def test_a_line_that_cannot_be_filled_is_refused_at_the_start(line: str) -> None:
    with pytest.raises(SettingsError, match="OFFER_LINE"):
        load({"OFFER_LINE": line})


@pytest.mark.parametrize(
    ("noun", "title"),
    [
        ("a membership", "Carrel: membership"),
        ("the Quiet Pass", "Carrel: Quiet Pass"),
        ("Plus", "Carrel: Plus"),
    ],
)
def test_checkout_names_the_thing_without_its_article(noun: str, title: str) -> None:
    assert offer.title(selling(pass_noun=noun)) == title


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        (("card",), "by card, Apple Pay or Google Pay"),
        (("card", "paypal"), "by card, Apple Pay, Google Pay or PayPal"),
        (("sepa_debit",), "by SEPA debit"),
        ((), "in one of the ways that it offers you there"),
        (("card", "a_method_of_tomorrow"), "in one of the ways that it offers you there"),
    ],
)
def test_the_ways_to_pay_are_those_that_checkout_offers(methods: tuple[str, ...], said: str) -> None:
    assert offer.ways_to_pay(selling(pass_payment_methods=methods)) == said


def test_every_way_to_pay_is_one_of_stripes() -> None:
    assert offer.WAYS_TO_PAY.keys() <= payment_method_types()


@pytest.mark.parametrize(
    ("changes", "said", "not_said"),
    [
        (
            {},
            ["by card, Apple Pay or Google Pay", "Full refund within 14 days"],
            ["tax", "promotion code"],
        ),
        (
            {"pass_tax": "exclusive"},
            ["Pay $4.99 plus tax", "plus tax, one-time payment", "where you live"],
            ["included"],
        ),
        ({"pass_tax": "inclusive"}, ["Pay $4.99<", "tax included"], ["plus tax"]),
        ({"pass_payment_methods": ()}, ["in one of the ways"], ["Apple Pay"]),
        ({"pass_promotion_codes": True}, ["promotion code"], []),
        ({"refund_days": 0}, ['<a href="/terms/">terms</a>'], ["Full refund within"]),
    ],
)
def test_the_offer_page_is_true_under_every_setting(
    shop: Shop, changes: dict[str, Any], said: list[str], not_said: list[str]
) -> None:
    shop.set(**changes)
    page = shop.browser().get("/pass/").text
    main = page[page.index("<main") : page.index("</main>")]
    assert [words for words in said if words not in main] == []
    assert [words for words in not_said if words in main] == []
