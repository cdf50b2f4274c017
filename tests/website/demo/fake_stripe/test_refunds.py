"""Refunds, with every final status."""

import pytest
import stripe

from website.demo.fake_stripe import FakeStripe


def refusal(client: stripe.StripeClient, intent: str, amount: int | None = None) -> stripe.StripeError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create(
            {"payment_intent": intent} if amount is None else {"payment_intent": intent, "amount": amount}
        )
    return caught.value


def types(fake_stripe: FakeStripe) -> list[str]:
    return [event["type"] for event in fake_stripe.events() if "refund" in event["type"]]


@pytest.fixture
def intent(fake_stripe: FakeStripe, paid: str) -> str:
    return str(fake_stripe.get(paid)["payment_intent"])


def test_a_refund_carries_its_reason_and_metadata_and_marks_the_charge(
    fake_stripe: FakeStripe, client: stripe.StripeClient, intent: str
) -> None:
    refund = client.v1.refunds.create(
        {"payment_intent": intent, "reason": "requested_by_customer", "metadata": {"order": "1"}}
    )
    assert (refund.status, refund.amount, refund.reason) == ("succeeded", 499, "requested_by_customer")
    assert isinstance(refund.charge, str)
    charge = client.v1.charges.retrieve(refund.charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 499)
    assert charge.refunds is not None
    assert [r.id for r in charge.refunds.data] == [refund.id]
    assert types(fake_stripe) == ["refund.created", "charge.refunded"]


def test_parts_add_up_and_never_exceed_what_was_paid(client: stripe.StripeClient, intent: str) -> None:
    assert "greater than charge amount ($4.99)" in str(refusal(client, intent, 500))
    client.v1.refunds.create({"payment_intent": intent, "amount": 200})
    assert "greater than unrefunded amount on charge ($2.99)" in str(refusal(client, intent, 300))
    client.v1.refunds.create({"payment_intent": intent, "amount": 299})
    assert refusal(client, intent).code == "charge_already_refunded"
    assert [r.amount for r in client.v1.refunds.list({"payment_intent": intent}).data] == [299, 200]


def test_nothing_and_less_than_nothing_cannot_be_refunded(client: stripe.StripeClient, intent: str) -> None:
    for amount in (0, -5):
        assert refusal(client, intent, amount).code == "parameter_invalid_integer"


def test_a_refund_that_fails_after_it_succeeded_gives_the_amount_back(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str, intent: str
) -> None:
    refund = fake_stripe.refund(paid)
    failed = fake_stripe.fail_refund(refund["id"], "lost_or_stolen_card")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "lost_or_stolen_card")
    assert fake_stripe.charge_of(intent)["refunded"] is False
    assert types(fake_stripe)[2:] == ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert client.v1.refunds.create({"payment_intent": intent}).amount == 499


def test_a_pending_refund_settles_or_is_canceled(fake_stripe: FakeStripe, paid: str) -> None:
    first = fake_stripe.refund(paid, amount=100, status="pending")
    assert (first["status"], first["pending_reason"]) == ("pending", "processing")
    assert fake_stripe.settle_refund(first["id"])["status"] == "succeeded"
    second = fake_stripe.refund(paid, amount=100, status="requires_action")
    fake_stripe.cancel_refund(second["id"])
    assert fake_stripe.charge_of(paid)["amount_refunded"] == 100


def test_refunds_through_the_api_can_be_told_to_begin_as_pending(
    fake_stripe: FakeStripe, client: stripe.StripeClient, intent: str
) -> None:
    fake_stripe.refunds_start_as("pending")
    assert client.v1.refunds.create({"payment_intent": intent}).status == "pending"


def test_a_payment_that_never_arrived_has_nothing_to_refund(
    fake_stripe: FakeStripe, client: stripe.StripeClient, new_session: object
) -> None:
    session = fake_stripe.sell_unrelated_product()["id"]
    fake_stripe.change(fake_stripe.get(session)["payment_intent"], status="processing")
    assert "does not have a successful charge" in str(
        refusal(client, fake_stripe.get(session)["payment_intent"])
    )
