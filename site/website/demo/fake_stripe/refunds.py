"""Refunds (docs.stripe.com/api/refunds): pending, requires_action, succeeded, failed, canceled."""

from __future__ import annotations

from website.demo.fake_stripe import balance, fraud_warnings
from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.money import format_amount
from website.demo.fake_stripe.pagination import fields_equal, list_page

_UNSUCCESSFUL = ("failed", "canceled")
_DISPUTED = ("needs_response", "under_review", "lost")


def create(account: AccountState, object_id: str, params: Json) -> Json:
    """POST /v1/refunds. Raises ApiError when less than the amount is left to refund."""
    charge = _charge(account, params)
    amount = _amount(account, charge, params)
    refund = default_object("refund") | {
        "id": new_id("re"),
        "amount": amount,
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "status": account.refunds_start_as,
    }
    refund["balance_transaction"] = balance.record(account, balance.REFUND, refund, -amount)
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
    emit(account, "refund.created", account.store.save(refund))
    emit(account, "charge.refunded", _update_amount_refunded(account, charge))
    fraud_warnings.refresh(account, charge)
    return refund


def retrieve(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/refunds/{id}"""
    return account.find("refund", object_id, "refund")


def listing(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/refunds"""
    return list_page(
        account, "refund", params, "/v1/refunds", fields_equal(params, "charge", "payment_intent")
    )


def update_status(
    account: AccountState, refund: Json, status: str, failure_reason: str | None = None
) -> Json:
    """Set the status, of a failed refund with its reason."""
    previous = {"status": refund["status"]}
    if status in _UNSUCCESSFUL:
        returned = balance.record(account, balance.REFUND_FAILURE, refund, refund["amount"])
        refund["failure_balance_transaction"] = returned
    refund.pop("pending_reason", None)
    refund["status"] = status
    if failure_reason:
        refund["failure_reason"] = failure_reason
    account.store.save(refund)
    charge = _update_amount_refunded(account, account.store.get(refund["charge"]))
    emit(account, "refund.updated", refund, previous)
    emit(account, "charge.refund.updated", refund, previous)
    if status == "failed":
        emit(account, "refund.failed", refund)
    fraud_warnings.refresh(account, charge)
    return refund


def _update_amount_refunded(account: AccountState, charge: Json) -> Json:
    refunds = [r for r in account.store.all("refund") if r["charge"] == charge["id"]]
    total = sum(r["amount"] for r in refunds if r["status"] not in _UNSUCCESSFUL)
    charge |= {"amount_refunded": total, "refunded": total >= charge["amount"]}
    return account.store.save(charge)


def _charge(account: AccountState, params: Json) -> Json:
    if "charge" in params:
        return account.find("charge", params["charge"], "charge")
    if "payment_intent" not in params:
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    intent = account.find("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        raise ApiError(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return account.store.get(intent["latest_charge"])


def _amount(account: AccountState, charge: Json, params: Json) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    amount: int = params.get("amount", left)
    disputes = (d for d in account.store.all("dispute") if d["charge"] == charge["id"])
    if any(dispute["status"] in _DISPUTED for dispute in disputes):
        raise _not_refundable(charge, "charge_disputed", "been charged back; cannot issue a refund")
    if left <= 0:
        raise _not_refundable(charge, "charge_already_refunded", "already been refunded")
    if amount < 1:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        which = "unrefunded amount on charge" if charge["amount_refunded"] else "charge amount"
        asked, have = format_amount(amount, charge["currency"]), format_amount(left, charge["currency"])
        raise ApiError(f"Refund amount ({asked}) is greater than {which} ({have})", param="amount")
    return amount


def _not_refundable(charge: Json, code: str, reason: str) -> ApiError:
    return ApiError(f"Charge {charge['id']} has {reason}.", code=code)
