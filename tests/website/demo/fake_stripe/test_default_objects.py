"""Default objects have no field that Stripe's own library does not have."""

from typing import Any

import pytest
import stripe
from stripe.checkout import Session

from website.demo.fake_stripe.account_state import default_object

KINDS = {
    "session": Session,
    "item": stripe.LineItem,
    "price": stripe.Price,
    "product": stripe.Product,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "balance_transaction": stripe.BalanceTransaction,
    "payout": stripe.Payout,
    "webhook_endpoint": stripe.WebhookEndpoint,
    "account": stripe.Account,
    "early_fraud_warning": stripe.radar.EarlyFraudWarning,
}


@pytest.mark.parametrize("name", KINDS)
def test_every_field_is_one_of_the_librarys(name: str) -> None:
    kind: Any = KINDS[name]
    known = {field for base in kind.__mro__ for field in getattr(base, "__annotations__", {})}
    assert set(default_object(name)) - known == set()


def test_the_ways_to_pay_are_the_librarys() -> None:
    known = stripe.Charge.PaymentMethodDetails
    for name, field in (("card", "card"), ("bank", "us_bank_account")):
        assert set(default_object(name)) == {field, "type"} <= set(known.__annotations__)
    assert set(default_object("card")["card"]) <= set(known.Card.__annotations__)
    assert set(default_object("bank")["us_bank_account"]) <= set(known.UsBankAccount.__annotations__)
