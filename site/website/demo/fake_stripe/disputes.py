"""Disputes (docs.stripe.com/api/disputes), which are opened by the bank, never through the API."""

from __future__ import annotations

from website.demo.fake_stripe import balance, fraud_warnings
from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.pagination import fields_equal, list_page

_ANSWER_WITHIN = 9 * 86400
_CLOSED = ("won", "lost", "warning_closed")


def retrieve(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/disputes/{id}"""
    return account.find("dispute", object_id, "dispute")


def listing(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/disputes"""
    return list_page(
        account, "dispute", params, "/v1/disputes", fields_equal(params, "charge", "payment_intent")
    )


def open_dispute(account: AccountState, charge: Json, amount: int, reason: str, status: str) -> Json:
    """Open a dispute; a status ``warning_…`` is an inquiry, without withdrawal of funds."""
    dispute = default_object("dispute") | {
        "id": new_id("du"),
        "amount": amount,
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "is_charge_refundable": status.startswith("warning"),
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": status,
    }
    dispute["evidence_details"]["due_by"] = account.now() + _ANSWER_WITHIN
    charge["disputed"] = True
    account.store.save(charge)
    if not status.startswith("warning"):
        balance.record(account, balance.DISPUTE, dispute, -amount, account.fees.dispute)
    emit(account, "charge.dispute.created", account.store.save(dispute))
    fraud_warnings.refresh(account, charge)
    if not status.startswith("warning"):
        emit(account, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def update_status(account: AccountState, dispute: Json, status: str) -> Json:
    """Set the status: under_review, or closed as won, lost, or warning_closed."""
    previous = {"status": dispute["status"]}
    dispute["status"] = status
    if status in _CLOSED:
        dispute["evidence_details"]["due_by"] = None
    account.store.save(dispute)
    if status == "won":
        fee = -account.fees.dispute if account.fees.dispute_returned else 0
        balance.record(account, balance.DISPUTE_REVERSAL, dispute, dispute["amount"], fee)
        emit(account, "charge.dispute.funds_reinstated", dispute)
    if status in _CLOSED:
        emit(account, "charge.dispute.closed", dispute)
    else:
        emit(account, "charge.dispute.updated", dispute, previous)
    return dispute
