"""The account's balance: a transaction for each movement of money, with its fee (docs.stripe.com/api/balance_transactions)."""

from __future__ import annotations

from dataclasses import dataclass

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.fees import Fees, payment_fee, rounded
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.pagination import list_page

_SETTLES_AFTER = 2 * 86_400


@dataclass(frozen=True)
class _Kind:
    type: str
    category: str


CHARGE = _Kind("charge", "charge")
BANK_CHARGE = _Kind("payment", "charge")
REFUND = _Kind("refund", "refund")
REFUND_FAILURE = _Kind("refund_failure", "refund_failure")
DISPUTE = _Kind("adjustment", "dispute")
DISPUTE_REVERSAL = _Kind("adjustment", "dispute_reversal")
PAYOUT = _Kind("payout", "payout")
PAYOUT_FAILURE = _Kind("payout_failure", "payout_reversal")
STRIPE_FEE = _Kind("stripe_fee", "fee")


def record(account: AccountState, kind: _Kind, source: Json, amount: int, fee: int | None = 0) -> str:
    """Enter a movement of ``amount`` in the source's currency. Returns its id.

    ``fee`` is in the settlement currency; None: that of a payment.
    """
    fees = account.fees
    converts = fees.currency not in ("", source["currency"])
    settled = rounded(amount * fees.rate) if converts else amount
    charged = payment_fee(fees, settled) if fee is None else fee
    details = _fee_details(fees, charged, fees.currency or source["currency"])
    total = sum(detail["amount"] for detail in details)
    transaction = default_object("balance_transaction") | {
        "id": new_id("txn"),
        "amount": settled,
        "available_on": account.now() + _SETTLES_AFTER,
        "created": account.now(),
        "currency": fees.currency or source["currency"],
        "exchange_rate": float(fees.rate) if converts else None,
        "fee": total,
        "fee_details": details,
        "net": settled - total,
        "reporting_category": kind.category,
        "source": source["id"],
        "type": kind.type,
        "_payout": None,
    }
    return str(account.store.save(transaction)["id"])


def retrieve(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/balance_transactions/{id}"""
    return account.find("balance_transaction", object_id, "id")


def listing(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/balance_transactions"""
    payout_id = params.get("payout")
    if payout_id and not account.find("payout", payout_id, "payout")["automatic"]:
        raise ApiError(
            "Balance transaction history can only be filtered on automatic transfers, not manual.",
            param="payout",
        )
    wanted = {name: params[name] for name in ("currency", "source", "type") if name in params}

    def keep(transaction: Json) -> bool:
        in_payout = payout_id in (None, transaction["_payout"])
        return in_payout and all(transaction[name] == value for name, value in wanted.items())

    return list_page(account, "balance_transaction", params, "/v1/balance_transactions", keep)


def pay_out(account: AccountState, currency: str, *, automatic: bool, amount: int | None) -> Json:
    """Pay out all that has not been, or an amount by hand. Raises ApiError when nothing is left."""
    unpaid = [
        transaction
        for transaction in account.store.all("balance_transaction")
        if transaction["_payout"] is None and transaction["currency"] == currency
    ]
    paid = sum(transaction["net"] for transaction in unpaid) if amount is None else amount
    if paid <= 0:
        raise ApiError("You have insufficient funds in your Stripe account.", code="balance_insufficient")
    payout = default_object("payout") | {
        "id": new_id("po"),
        "amount": paid,
        "arrival_date": account.now() + _SETTLES_AFTER,
        "automatic": automatic,
        "created": account.now(),
        "currency": currency,
        "reconciliation_status": "completed" if automatic else "not_applicable",
    }
    payout["balance_transaction"] = record(account, PAYOUT, payout, -paid)
    if automatic:
        for transaction in (*unpaid, account.store.get(payout["balance_transaction"])):
            account.store.save(transaction | {"_payout": payout["id"]})
    return account.store.save(payout)


def fail_payout(account: AccountState, payout: Json) -> Json:
    """The bank sends the money back."""
    payout |= {"status": "failed", "failure_code": "account_closed"}
    payout["failure_balance_transaction"] = record(account, PAYOUT_FAILURE, payout, payout["amount"])
    return account.store.save(payout)


def _fee_details(fees: Fees, charged: int, currency: str) -> list[Json]:
    if charged == 0:
        return []
    shared = {"application": None, "currency": currency}
    details = [
        {"amount": charged, "description": "Stripe processing fees", "type": "stripe_fee", **shared},
        {
            "amount": rounded(charged * fees.tax_percent / 100),
            "description": "VAT",
            "type": "tax",
            **shared,
        },
    ]
    return [detail for detail in details if detail["amount"]]
