"""Early fraud warnings: actionable until the charge is disputed or wholly refunded."""

import stripe

from website.demo.fake_stripe import FakeStripe


def told(fake_stripe: FakeStripe) -> list[tuple[str, bool]]:
    return [
        (event["type"].rpartition(".")[2], event["data"]["object"]["actionable"])
        for event in fake_stripe.events()
        if event["type"].startswith("radar.")
    ]


def test_a_whole_refund_settles_it_and_a_failed_one_opens_it_again(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    warning = fake_stripe.warn_of_fraud(paid)["id"]
    fake_stripe.refund(paid, 100)
    assert client.v1.radar.early_fraud_warnings.retrieve(warning).actionable is True
    rest = fake_stripe.refund(paid)["id"]
    fake_stripe.fail_refund(rest)
    assert told(fake_stripe) == [("created", True), ("updated", False), ("updated", True)]


def test_a_dispute_settles_it_for_good(
    fake_stripe: FakeStripe, client: stripe.StripeClient, paid: str
) -> None:
    fake_stripe.warn_of_fraud(paid)
    fake_stripe.close_dispute(fake_stripe.open_dispute(paid)["id"], "won")
    assert told(fake_stripe) == [("created", True), ("updated", False)]
    intent = fake_stripe.get(paid)["payment_intent"]
    (found,) = client.v1.radar.early_fraud_warnings.list({"payment_intent": intent}).data
    assert (found.actionable, found.fraud_type) == (False, "unauthorized_use_of_card")


def test_a_warning_may_come_after_the_dispute(fake_stripe: FakeStripe, paid: str) -> None:
    fake_stripe.open_dispute(paid)
    assert fake_stripe.warn_of_fraud(paid)["actionable"] is False
