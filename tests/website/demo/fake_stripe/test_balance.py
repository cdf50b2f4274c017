"""The balance: a transaction for each movement, with the fee that Stripe takes."""

from decimal import Decimal

import pytest
import stripe

from website.demo.fake_stripe import ApiError, FakeStripe, Fees
from website.demo.fake_stripe.fees import payment_fee

Client = stripe.StripeClient


def entered(fake_stripe: FakeStripe) -> list[tuple[str, str, int, int, int]]:
    return [
        (each["type"], each["reporting_category"], each["amount"], each["fee"], each["net"])
        for each in fake_stripe.balance_transactions()
    ]


@pytest.mark.parametrize(("amount", "fee"), [(100_00, 320), (4_35, 43), (9_50, 58), (499, 44)])
def test_a_payment_costs_2_9_percent_and_30_cents_half_cents_up(amount: int, fee: int) -> None:
    """https://stripe.com/us/pricing; the rounding is that of live transactions in fivetran/dbt_stripe's seeds."""
    assert payment_fee(Fees(), amount) == fee


def test_a_refund_returns_the_amount_and_not_the_fee(fake_stripe: FakeStripe, paid: str) -> None:
    """https://docs.stripe.com/refunds: processing fees of the payment are not returned."""
    refund = fake_stripe.refund(paid)
    fake_stripe.fail_refund(refund["id"])
    assert entered(fake_stripe) == [
        ("charge", "charge", 499, 44, 455),
        ("refund", "refund", -499, 0, -499),
        ("refund_failure", "refund_failure", 499, 0, 499),
    ]


def test_a_dispute_costs_its_fee_won_or_lost(fake_stripe: FakeStripe, paid: str) -> None:
    """https://support.stripe.com/questions/june-2025-pricing-updates-for-disputes: it stays, even of a dispute won."""
    dispute = fake_stripe.open_dispute(paid)["id"]
    fake_stripe.close_dispute(dispute, "won")
    assert entered(fake_stripe)[1:] == [
        ("adjustment", "dispute", -499, 1500, -1999),
        ("adjustment", "dispute_reversal", 499, 0, 499),
    ]


def test_before_june_2025_it_came_back_with_a_dispute_that_was_won(
    fake_stripe: FakeStripe, paid: str
) -> None:
    fake_stripe.charge_fees(Fees(dispute_returned=True))
    fake_stripe.close_dispute(fake_stripe.open_dispute(paid)["id"], "won")
    assert entered(fake_stripe)[-1] == ("adjustment", "dispute_reversal", 499, -1500, 1999)


@pytest.mark.parametrize("status", ["warning_needs_response", "warning_under_review"])
def test_an_inquiry_moves_nothing(fake_stripe: FakeStripe, paid: str, status: str) -> None:
    fake_stripe.close_dispute(fake_stripe.open_dispute(paid, status=status)["id"], "warning_closed")
    assert len(entered(fake_stripe)) == 1


def test_another_currency_is_converted_at_a_rate(fake_stripe: FakeStripe, client: Client, paid: str) -> None:
    """https://docs.stripe.com/api/balance_transactions/object: the amount is that of the charge times exchange_rate."""
    fake_stripe.charge_fees(Fees(currency="eur", rate=Decimal("0.9"), tax_percent=Decimal(20)))
    other = fake_stripe.sell_unrelated_product(amount=1000)
    charge = fake_stripe.charge_of(other["id"])["id"]
    (found,) = client.v1.balance_transactions.list({"source": charge, "expand": ["data.source"]}).data
    assert (found.amount, found.currency, found.exchange_rate) == (900, "eur", 0.9)
    assert [(detail.type, detail.amount) for detail in found.fee_details] == [("stripe_fee", 56), ("tax", 11)]
    assert (found.fee, found.net) == (67, 833)
    assert isinstance(found.source, stripe.Charge)
    assert (found.source.amount, found.source.currency) == (1000, "usd")


def test_an_automatic_payout_says_what_it_pays_out(
    fake_stripe: FakeStripe, client: Client, paid: str
) -> None:
    """https://docs.stripe.com/payouts/reconciliation"""
    fake_stripe.bill(5)
    payout = fake_stripe.pay_out()
    assert (payout["amount"], payout["reconciliation_status"]) == (450, "completed")
    inside = client.v1.balance_transactions.list({"payout": payout["id"]}).data
    assert sorted(each.net for each in inside) == [-450, -5, 455]
    fake_stripe.fail_payout(payout["id"])
    assert entered(fake_stripe)[-1] == ("payout_failure", "payout_reversal", 450, 0, 450)


def test_a_payout_by_hand_does_not(fake_stripe: FakeStripe, client: Client, paid: str) -> None:
    payout = fake_stripe.pay_out(automatic=False, amount=100)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.balance_transactions.list({"payout": payout["id"]})


def test_nothing_is_paid_out_of_nothing(fake_stripe: FakeStripe) -> None:
    with pytest.raises(ApiError, match="insufficient"):
        fake_stripe.pay_out()
