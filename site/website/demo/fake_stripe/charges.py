"""Payment Intents and Charges: how money (that never moves) is recorded."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.listing import fields_equal, list_page

# What Stripe would say on a declined card, by its code (docs.stripe.com/declines/codes).
DECLINES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
}


def retrieve_intent(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/payment_intents/{id}"""
    return world.find("payment_intent", ident, "intent")


def list_intents(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/payment_intents"""
    return list_page(world, "payment_intent", params, "/v1/payment_intents", fields_equal(params, "customer"))


def retrieve_charge(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/charges/{id}"""
    return world.find("charge", ident, "charge")


def list_charges(world: AccountState, ident: str, params: Json) -> Json:
    """GET /v1/charges"""
    matches = fields_equal(params, "customer", "payment_intent", "transfer_group")
    return list_page(world, "charge", params, "/v1/charges", matches)


def intent_for(world: AccountState, session: Json) -> Json:
    """The session's Payment Intent; made when the buyer first tries to pay, as at Stripe."""
    if session["payment_intent"]:
        return world.store.get(session["payment_intent"])
    data = {k: v for k, v in session["_payment_intent_data"].items() if k != "shipping"}
    intent = default_object("payment_intent") | data
    intent |= {
        "id": new_id("pi"),
        "amount": session["amount_total"],
        "created": world.now(),
        "currency": session["currency"],
        "payment_method_types": session["payment_method_types"],
    }
    session["payment_intent"] = intent["id"]
    emit(world, "payment_intent.created", world.store.save(intent))
    world.store.save(session)
    return intent


def create_charge(world: AccountState, intent: Json, session: Json, *, method: str, status: str) -> Json:
    """A charge of ``method`` ("card" or "bank") in ``status`` (succeeded, pending, failed)."""
    buyer = session["customer_details"]
    charge = default_object("charge") | {
        "id": new_id("ch"),
        "amount": intent["amount"],
        "created": world.now(),
        "currency": intent["currency"],
        "description": intent["description"],
        "metadata": dict(intent["metadata"]),
        "payment_intent": intent["id"],
        "payment_method": new_id("pm"),
        "payment_method_details": default_object(method),
        "receipt_email": intent["receipt_email"],
        "status": status,
    }
    charge["billing_details"] |= {"email": buyer["email"], "name": buyer["name"]}
    charge["receipt_url"] = f"{world.base_url}/receipts/{charge['id']}"
    intent |= {"latest_charge": charge["id"], "payment_method": charge["payment_method"]}
    world.store.save(intent)
    return world.store.save(charge)


def mark_succeeded(world: AccountState, intent: Json, charge: Json) -> None:
    """The money is there."""
    charge |= {"status": "succeeded", "paid": True, "captured": True}
    charge |= {"amount_captured": charge["amount"], "balance_transaction": new_id("txn")}
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    intent |= {"processing": None, "last_payment_error": None}
    emit(world, "charge.succeeded", world.store.save(charge))
    emit(world, "payment_intent.succeeded", world.store.save(intent))


def mark_processing(world: AccountState, intent: Json, charge: Json) -> None:
    """The bank has been asked and will answer later."""
    intent |= {"status": "processing"}
    emit(world, "charge.pending", charge)
    emit(world, "payment_intent.processing", world.store.save(intent))


def mark_failed(world: AccountState, intent: Json, charge: Json, code: str) -> None:
    """The card or the bank has said no; the buyer may try another way."""
    message = DECLINES.get(code, "The payment failed.")
    charge |= {"status": "failed", "failure_code": code, "failure_message": message}
    charge |= {"receipt_url": None}
    charge["outcome"] |= {"network_status": "declined_by_network", "type": "issuer_declined"}
    charge["outcome"] |= {"reason": "generic_decline", "seller_message": message}
    intent |= {"status": "requires_payment_method", "payment_method": None, "processing": None}
    intent["last_payment_error"] = {"code": code, "message": message, "type": "card_error"}
    emit(world, "charge.failed", world.store.save(charge))
    emit(world, "payment_intent.payment_failed", world.store.save(intent))
