"""What the payment page asks beside the payment, by the operator's choice: invoice, tax id, address, consent."""

import pytest

from payments.fulfillment.fulfill import fulfill
from tests.support.payments import Shop, last_session_params, try_to_buy

ASKED = {
    "pass_invoices": ("invoice_creation", {"enabled": True}),
    "pass_tax_ids": ("tax_id_collection", {"enabled": True}),
    "pass_billing_address": ("billing_address_collection", "required"),
    "pass_withdrawal_consent": ("consent_collection", {"terms_of_service": "required"}),
}


def consent_text(shop: Shop) -> str:
    try_to_buy(shop.browser())
    text: str = last_session_params(shop)["custom_text"]["terms_of_service_acceptance"]["message"]
    return text


def receipt(shop: Shop) -> str:
    (mail,) = shop.mails()
    assert "right of withdrawal" in mail.html or "You agreed" not in mail.text
    text: str = mail.text
    return text


@pytest.mark.parametrize("setting", ASKED)
def test_each_is_asked_when_the_operator_wants_it_and_not_before(shop: Shop, setting: str) -> None:
    name, value = ASKED[setting]
    try_to_buy(shop.browser())
    assert name not in last_session_params(shop)
    shop.set(**{setting: True})
    try_to_buy(shop.browser())
    assert last_session_params(shop)[name] == value


def test_consent_has_the_two_parts_that_the_law_asks_for(shop: Shop) -> None:
    shop.set(pass_withdrawal_consent=True)
    text = consent_text(shop)
    assert "I want the pass to begin at once" in text
    assert "I lose my legal right of withdrawal" in text
    assert "[terms](https://carrel.test/terms/)" in text
    assert len(text) <= 1200  # the most that Stripe takes


def test_consent_leaves_the_refund_that_the_site_gives_by_itself(shop: Shop) -> None:
    shop.set(pass_withdrawal_consent=True)
    assert "within 14 days" in consent_text(shop)
    shop.set(refund_days=0)
    assert "refund" not in consent_text(shop)


def test_the_receipt_confirms_the_consent(shop: Shop) -> None:
    shop.set(pass_withdrawal_consent=True)
    fulfill(shop.context, shop.buy(shop.browser()))
    assert "You agreed that the pass starts immediately" in receipt(shop)


def test_the_receipt_confirms_no_consent_that_nobody_gave(shop: Shop) -> None:
    fulfill(shop.context, shop.buy(shop.browser()))
    assert "You agreed" not in receipt(shop)
