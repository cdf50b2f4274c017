"""The mails about a pass, word for word where it matters."""

from datetime import UTC, datetime
from typing import Any

import pytest

from carrel.mail.message import Content
from carrel.settings import Settings, load
from payments.fulfillment import mails
from payments.models import Order, Payment, Refund

PAID_AT = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


def site(**changes: Any) -> Settings:
    words = {"base_url": "https://carrel.test", "site_name": "Carrel", "contact_email": "help@carrel.test"}
    return load({}, **(words | {"postal_address": "1 Quiet Street"} | changes))


def order(**changes: Any) -> Order:
    return Order(
        **({"title": "Carrel: membership", "receipt_url": "https://pay.test/receipt?a=1&b=2"} | changes)
    )


def payment(**changes: Any) -> Payment:
    values = {"amount_cents": 499, "currency": "usd", "paid_at": PAID_AT, "outcome": "granted"}
    return Payment(**(values | changes))


def refund(cents: int = 499) -> Refund:
    return Refund(amount_cents=cents, stripe_id="re_1", status="succeeded")


def words(mail: Content) -> str:
    return " ".join(mail.text.split())


def test_the_purchase() -> None:
    mail = mails.purchased(site(), order(), payment())
    assert mail.subject == "Thank you: the ads are gone"
    for part in (
        "What you bought: Carrel: membership",
        "Paid: $4.99, once, on November 21, 2026",
        "Your receipt: https://pay.test/receipt?a=1&b=2",
        "https://carrel.test/sign-in/",
        "Until December 5, 2026 you can get a full refund on your account page",
    ):
        assert part in words(mail)


def test_days_are_those_of_the_sites_time_zone() -> None:
    mail = mails.purchased(site(time_zone="Asia/Tokyo"), order(), payment())
    assert "on November 22, 2026" in words(mail)


def test_without_receipt_and_without_refund_days_neither_is_named() -> None:
    mail = mails.purchased(site(refund_days=0), order(receipt_url=None), payment())
    assert "receipt" not in mail.text + mail.html
    assert "money back" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("given", "keeps", "sentence"),
    [
        (payment(), False, "Your pass has ended, and you will see ads again."),
        (payment(), True, "You still have a pass, so you still won’t see ads."),
        (payment(amount_cents=900), True, "This is a partial refund. Your pass stays active"),
        (payment(outcome="second"), True, "the second payment is refunded in full"),
    ],
)
def test_the_refund_says_what_becomes_of_the_pass(given: Payment, keeps: bool, sentence: str) -> None:
    mail = mails.refunded(site(), order(), given, refund(), keeps_pass=keeps)
    assert mail.subject == "Your refund of $4.99"
    assert sentence in words(mail)


@pytest.mark.parametrize(
    ("lost", "has_pass", "subject", "sentence"),
    [
        (False, True, "Your pass is back", "the payment is final. Your pass is active"),
        (
            True,
            False,
            "Your bank has decided about your payment",
            "returned the money to you. Your pass has ended",
        ),
        (True, True, "Your pass is back", "returned the money to you. Your pass is active"),
        (
            False,
            False,
            "Your bank has decided about your payment",
            "the payment is final. Your pass has ended",
        ),
    ],
)
def test_the_end_of_a_dispute(lost: bool, has_pass: bool, subject: str, sentence: str) -> None:
    mail = mails.dispute_closed(site(), order(), is_lost=lost, has_pass=has_pass)
    assert (mail.subject, sentence in words(mail)) == (subject, True)


def test_the_opening_of_a_dispute_and_a_payment_that_failed() -> None:
    assert "your pass is suspended" in words(mails.dispute_opened(site(), order()))
    failed = words(mails.payment_failed(site(), order()))
    assert "You were not charged" in failed
    assert "https://carrel.test/pass/" in failed


EVERY = {
    "purchased": lambda s: mails.purchased(s, order(), payment()),
    "refunded": lambda s: mails.refunded(s, order(), payment(), refund(), keeps_pass=False),
    "dispute opened": lambda s: mails.dispute_opened(s, order()),
    "dispute closed": lambda s: mails.dispute_closed(s, order(), is_lost=True, has_pass=False),
    "payment failed": lambda s: mails.payment_failed(s, order()),
}


@pytest.mark.parametrize("name", EVERY)
def test_every_mail_has_both_forms_and_no_gap(name: str) -> None:
    mail = EVERY[name](site())
    for form in (mail.text, mail.html):
        assert "Carrel: membership" in form
        assert "1 Quiet Street" in form
        assert "because of a payment at Carrel" in form
        assert "None" not in form
        assert "{" not in form.partition("</style>")[2] if form is mail.html else "{" not in form
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize("name", EVERY)
def test_a_title_cannot_break_the_html(name: str) -> None:
    evil = order(title='<script>x</script> & "y"')
    mail = (
        mails.payment_failed(site(), evil) if name == "payment failed" else mails.dispute_opened(site(), evil)
    )
    assert "<script>" not in mail.html
    assert "<script>" in mail.text
