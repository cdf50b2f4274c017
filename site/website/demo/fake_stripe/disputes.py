"""Disputes (docs.stripe.com/api/disputes): opened by the bank, never through the API."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.listing import fields_equal, list_page

_ANSWER_WITHIN = 9 * 86400
_CLOSED = ("won", "lost", "warning_closed")


def retrieve(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/disputes/{id}"""
    return world.find("dispute", ident, "dispute")


def listing(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/disputes"""
    return list_page(
        world, "dispute", params, "/v1/disputes", fields_equal(params, "charge", "payment_intent")
    )


def open_dispute(world: AccountState, charge: Json, amount: int, reason: str, status: str) -> Json:
    """The cardholder's bank disputes a charge; a ``warning_…`` is only an inquiry, no money moves."""
    dispute = default_object("dispute") | {
        "id": new_id("du"),
        "amount": amount,
        "charge": charge["id"],
        "created": world.now(),
        "currency": charge["currency"],
        "is_charge_refundable": status.startswith("warning"),
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": status,
    }
    dispute["evidence_details"]["due_by"] = world.now() + _ANSWER_WITHIN
    charge["disputed"] = True
    world.store.save(charge)
    emit(world, "charge.dispute.created", world.store.save(dispute))
    if not status.startswith("warning"):
        emit(world, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def update_status(world: AccountState, dispute: Json, status: str) -> Json:
    """The dispute goes on: under_review, or closed as won, lost or warning_closed."""
    previous = {"status": dispute["status"]}
    dispute["status"] = status
    if status in _CLOSED:
        dispute["evidence_details"]["due_by"] = None
    world.store.save(dispute)
    if status == "won":
        emit(world, "charge.dispute.funds_reinstated", dispute)
    if status in _CLOSED:
        emit(world, "charge.dispute.closed", dispute)
    else:
        emit(world, "charge.dispute.updated", dispute, previous)
    return dispute
