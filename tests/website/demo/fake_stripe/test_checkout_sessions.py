"""Checkout Sessions, through Stripe's own library."""

import time
from collections.abc import Callable

import pytest
import stripe
from stripe.checkout import Session

from website.demo.fake_stripe import FakeStripe, NotPayableError

NewSession = Callable[..., Session]


def test_a_paid_session_shows_who_paid_how_much_and_carries_our_order(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    opened = new_session()
    fake_stripe.pay(opened.id, email="ada@example.com")
    session = client.v1.checkout.sessions.retrieve(
        opened.id, {"expand": ["line_items", "payment_intent.latest_charge"]}
    )
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert (session.amount_subtotal, session.amount_total, session.currency) == (499, 499, "usd")
    assert session.customer_details is not None
    assert session.customer_details.email == "ada@example.com"
    assert session.client_reference_id == "order-1"
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"order": "1"}
    assert session.line_items is not None
    assert session.line_items.data[0].price is not None
    assert session.line_items.data[0].price.unit_amount == 499
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received) == ("succeeded", 499)
    assert intent.metadata.to_dict() == {"order": "1"}
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.metadata.to_dict()) == (True, {"order": "1"})
    assert charge.receipt_url is not None
    assert charge.receipt_url.startswith(fake_stripe.base_url)


def test_our_own_notes_are_never_shown(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    opened = new_session()
    fake_stripe.pay(opened.id)
    shown = client.v1.checkout.sessions.retrieve(opened.id, {"expand": ["payment_intent.latest_charge"]})
    listed = client.v1.checkout.sessions.list().data[0]
    event = client.v1.events.list({"type": "checkout.session.completed"}).data[0]
    for answer in (opened, shown, listed, event, event.data.object):
        assert not [name for name in answer.to_dict() if name.startswith("_")]


def test_a_session_has_no_payment_intent_before_the_buyer_tries_to_pay(new_session: NewSession) -> None:
    assert new_session().payment_intent is None


def test_a_payment_of_another_amount_currency_quantity_and_price_is_what_the_session_then_says(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    opened = new_session().id
    fake_stripe.pay(opened, amount=1, currency="eur", quantity=3, price="price_other", tax=20, discount=2)
    session = client.v1.checkout.sessions.retrieve(opened, {"expand": ["line_items"]})
    assert (session.amount_subtotal, session.amount_total, session.currency) == (3, 21, "eur")
    assert session.line_items is not None
    item = session.line_items.data[0]
    assert item.price is not None
    assert (item.price.id, item.price.unit_amount, item.quantity) == ("price_other", 1, 3)


def test_a_delayed_payment_is_complete_and_unpaid_until_the_bank_answers(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    good, bad = new_session().id, new_session().id
    waiting = fake_stripe.pay_by_bank_debit(good)
    assert (waiting["status"], waiting["payment_status"]) == ("complete", "unpaid")
    assert fake_stripe.settle_payment(good)["payment_status"] == "paid"
    fake_stripe.pay_by_bank_debit(bad)
    assert fake_stripe.fail_payment(bad)["payment_status"] == "unpaid"
    assert [e["type"] for e in fake_stripe.events() if e["type"].startswith("checkout")] == [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.async_payment_failed",
    ]


def test_a_declined_card_leaves_the_session_open_for_another(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    session = new_session().id
    declined = fake_stripe.decline(session)
    assert declined["status"] == "open"
    intent = fake_stripe.get(declined["payment_intent"])
    assert (intent["status"], intent["last_payment_error"]["code"]) == (
        "requires_payment_method",
        "card_declined",
    )
    assert fake_stripe.pay(session)["payment_intent"] == declined["payment_intent"]


def test_a_full_discount_needs_no_payment(fake_stripe: FakeStripe, new_session: NewSession) -> None:
    free = fake_stripe.pay_nothing(new_session().id)
    assert (free["payment_status"], free["amount_total"], free["payment_intent"]) == (
        "no_payment_required",
        0,
        None,
    )


def test_a_session_expires_by_the_clock_and_says_so(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    session = new_session(expires_at=int(time.time()) + 1900)
    fake_stripe.advance(1890)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    fake_stripe.advance(15)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert [e["type"] for e in fake_stripe.events()] == ["checkout.session.expired"]
    with pytest.raises(NotPayableError):
        fake_stripe.pay(session.id)


def test_a_paid_session_does_not_expire_and_cannot_be_expired(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    fake_stripe.advance(25 * 3600)
    with pytest.raises(stripe.InvalidRequestError, match="status of complete"):
        client.v1.checkout.sessions.expire(paid)
    assert fake_stripe.get(paid)["status"] == "complete"


def test_what_ties_a_session_to_its_order_can_be_lost(fake_stripe: FakeStripe, paid: str) -> None:
    bare = fake_stripe.remove_references(paid)
    assert (bare["metadata"], bare["client_reference_id"]) == ({}, None)
    intent = fake_stripe.get(bare["payment_intent"])
    assert (intent["metadata"], fake_stripe.get(intent["latest_charge"])["metadata"]) == ({}, {})


def test_another_product_of_the_account_can_be_sold(fake_stripe: FakeStripe) -> None:
    sale = fake_stripe.sell_unrelated_product(amount=700)
    assert (sale["payment_status"], sale["metadata"], sale["client_reference_id"]) == ("paid", {}, None)


def test_sessions_are_listed_newest_first_by_pages_and_by_what_is_asked(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    made = [new_session().id for _ in range(5)]
    fake_stripe.pay(made[1])
    listed = list(client.v1.checkout.sessions.list({"limit": 2}).auto_paging_iter())
    assert [s.id for s in listed] == made[::-1]
    before = client.v1.checkout.sessions.list({"limit": 2, "ending_before": made[1]})
    assert ([s.id for s in before.data], before.has_more) == ([made[3], made[2]], True)
    complete = client.v1.checkout.sessions.list({"status": "complete"})
    assert [s.id for s in complete.data] == [made[1]]
    intent = fake_stripe.get(made[1])["payment_intent"]
    assert [s.id for s in client.v1.checkout.sessions.list({"payment_intent": intent}).data] == [made[1]]
    assert client.v1.checkout.sessions.list({"created": {"gt": int(time.time()) + 60}}).data == []


def test_only_the_allowed_fields_are_expanded(client: stripe.StripeClient, paid: str) -> None:
    for wrong in ("metadata", "payment_intent.nothing", "line_items.data.price.product.name"):
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            client.v1.checkout.sessions.retrieve(paid, {"expand": [wrong]})
    listed = client.v1.checkout.sessions.list({"expand": ["data.payment_intent"]})
    assert isinstance(listed.data[0].payment_intent, stripe.PaymentIntent)


@pytest.mark.parametrize("email", ["nobody", "a@b", "ada lovelace@example.com", "änna@example.org"])
def test_an_address_that_is_none_is_refused_by_name(new_session: NewSession, email: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        new_session(customer_email=email)
    assert (caught.value.code, caught.value.param) == ("email_invalid", "customer_email")


def test_an_account_that_taxes_by_default_taxes_whoever_does_not_say(
    fake_stripe: FakeStripe, new_session: NewSession
) -> None:
    fake_stripe.account.taxes_by_default = True
    assert new_session().automatic_tax.enabled is True
    assert new_session(automatic_tax={"enabled": False}).automatic_tax.enabled is False


def test_a_voucher_is_complete_and_unpaid_until_it_is_paid(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: NewSession
) -> None:
    session_id = new_session().id
    taken = fake_stripe.take_voucher(session_id)
    assert (taken["status"], taken["payment_status"]) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(taken["payment_intent"])
    assert (intent.status, intent.latest_charge) == ("requires_action", None)
    assert fake_stripe.settle_payment(session_id)["payment_status"] == "paid"
    assert fake_stripe.charge_of(session_id)["status"] == "succeeded"
