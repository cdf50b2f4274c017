"""Balance transactions as Stripe publishes them: the shapes of its API reference and of recorded answers, our values.

https://docs.stripe.com/api/balance_transactions/object and …/disputes/object.
"""

from typing import Any

import pytest

from payments.stripe.balance_schemas import StripeBalanceTransaction
from payments.stripe.schemas import StripeResponseError, parse


def transaction(**changes: Any) -> StripeBalanceTransaction:
    """A dispute's withdrawal: `adjustment`, by its reporting category `dispute`."""
    details = {"amount": 1500, "application": None, "currency": "usd", "description": "Dispute fee"}
    answer = {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": -499,
        "available_on": 1_795_000_000,
        "balance_type": "payments",
        "created": 1_794_900_000,
        "currency": "usd",
        "description": "Chargeback withdrawal for ch_1",
        "exchange_rate": None,
        "fee": 1500,
        "fee_details": [details | {"type": "stripe_fee"}],
        "net": -1999,
        "reporting_category": "dispute",
        "source": "du_1",
        "status": "pending",
        "type": "adjustment",
    }
    return parse(StripeBalanceTransaction, answer | changes)


def source(**changes: Any) -> dict[str, Any]:
    return {
        "id": "du_1",
        "object": "dispute",
        "amount": 499,
        "currency": "usd",
        "payment_intent": "pi_1",
    } | changes


def test_a_source_may_be_shown_named_or_absent() -> None:
    assert transaction(source=source()).source_id == "du_1"
    assert (transaction().source_id, transaction().customer_amount) == ("du_1", None)
    assert (transaction(source=None).source_id, transaction(source=None).origin) == (None, None)


def test_what_the_buyer_got_back_is_in_their_currency_also_where_stripe_names_no_rate() -> None:
    """A recorded dispute of a dollar charge is settled in euros with `exchange_rate` null."""
    settled = transaction(amount=-459, net=-1959, currency="eur", source=source())
    assert settled.customer_amount == -499
    assert transaction(amount=459, fee=0, net=459, currency="eur", source=source()).customer_amount == 499
    assert transaction(amount=-200, net=-1700, source=source()).customer_amount == -200


def test_what_has_no_payment_has_no_buyer() -> None:
    payout = {"id": "po_1", "object": "payout", "amount": 500, "currency": "usd", "automatic": True}
    assert transaction(source=payout).customer_amount is None


def test_the_tax_within_a_fee_is_what_is_so_called() -> None:
    details = [{"amount": 44, "type": "stripe_fee"}, {"amount": 9, "type": "tax"}]
    assert transaction(amount=499, fee=53, net=446, fee_details=details).fee_tax == 9


@pytest.mark.parametrize(
    "wrong", [{"net": -499}, {"amount": "-499"}, {"reporting_category": None}, {"fee": 15.5}]
)
def test_what_cannot_be_summed_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(StripeResponseError):
        transaction(**wrong)
