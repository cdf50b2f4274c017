"""Disputes, opened and closed by the bank."""

import pytest
import stripe

from website.demo.fake_stripe import FakeStripe


def types(fake_stripe: FakeStripe) -> list[str]:
    return [event["type"] for event in fake_stripe.events() if "dispute" in event["type"]]


def test_a_dispute_names_its_charge_amount_and_the_day_it_must_be_answered(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    opened = fake_stripe.open_dispute(paid, reason="product_not_received")
    dispute = client.v1.disputes.retrieve(opened["id"], {"expand": ["charge", "payment_intent"]})
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "product_not_received", 499)
    assert isinstance(dispute.charge, stripe.Charge)
    assert dispute.charge.disputed is True
    assert dispute.evidence_details.due_by is not None
    assert dispute.evidence_details.due_by > dispute.created
    assert types(fake_stripe) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


@pytest.mark.parametrize("outcome", ["won", "lost", "warning_closed"])
def test_a_dispute_goes_on_and_ends(fake_stripe: FakeStripe, paid: str, outcome: str) -> None:
    dispute = fake_stripe.open_dispute(paid, amount=100)["id"]
    fake_stripe.update_dispute(dispute, "under_review")
    assert fake_stripe.close_dispute(dispute, outcome)["status"] == outcome
    assert types(fake_stripe)[2] == "charge.dispute.updated"
    assert types(fake_stripe)[-1] == "charge.dispute.closed"
    assert ("charge.dispute.funds_reinstated" in types(fake_stripe)) == (outcome == "won")


def test_an_inquiry_moves_no_money(fake_stripe: FakeStripe, paid: str) -> None:
    fake_stripe.open_dispute(paid, status="warning_needs_response")
    assert types(fake_stripe) == ["charge.dispute.created"]


def test_a_disputed_charge_is_not_refunded_until_the_dispute_is_won(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    dispute = fake_stripe.open_dispute(paid)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": dispute["charge"]})
    assert caught.value.code == "charge_disputed"
    fake_stripe.close_dispute(dispute["id"], "won")
    assert client.v1.refunds.create({"charge": dispute["charge"]}).status == "succeeded"


def test_disputes_are_listed_by_payment(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    mine = fake_stripe.open_dispute(paid)["id"]
    fake_stripe.open_dispute(fake_stripe.sell_unrelated_product()["id"])
    intent = fake_stripe.get(paid)["payment_intent"]
    assert [d.id for d in client.v1.disputes.list({"payment_intent": intent}).data] == [mine]
    assert len(client.v1.disputes.list().data) == 2
