"""Payment Intents and charges (docs.stripe.com/api/charges)."""

from __future__ import annotations

from website.demo.fake_stripe import balance
from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id

# Stripe's messages for declined cards, by decline code (docs.stripe.com/declines/codes).
DECLINES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
}


def retrieve_intent(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/payment_intents/{id}"""
    return account.find("payment_intent", object_id, "intent")


def retrieve_charge(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/charges/{id}"""
    return account.find("charge", object_id, "charge")


def intent_for(account: AccountState, checkout_session: Json) -> Json:
    """The session's Payment Intent, created when the buyer first tries to pay, as by Stripe."""
    if checkout_session["payment_intent"]:
        return account.store.get(checkout_session["payment_intent"])
    data = {k: v for k, v in checkout_session["_payment_intent_data"].items() if k != "shipping"}
    intent = default_object("payment_intent") | data
    intent |= {
        "id": new_id("pi"),
        "amount": checkout_session["amount_total"],
        "created": account.now(),
        "currency": checkout_session["currency"],
        "payment_method_types": checkout_session["payment_method_types"],
    }
    checkout_session["payment_intent"] = intent["id"]
    emit(account, "payment_intent.created", account.store.save(intent))
    account.store.save(checkout_session)
    return intent


def create_charge(
    account: AccountState, intent: Json, checkout_session: Json, *, method: str, status: str
) -> Json:
    """A charge of ``method`` ("card" or "bank") in ``status`` (succeeded, pending, failed)."""
    buyer = checkout_session["customer_details"]
    charge = default_object("charge") | {
        "id": new_id("ch"),
        "amount": intent["amount"],
        "created": account.now(),
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
    charge["receipt_url"] = f"{account.base_url}/receipts/{charge['id']}"
    intent |= {"latest_charge": charge["id"], "payment_method": charge["payment_method"]}
    account.store.save(intent)
    return account.store.save(charge)


def mark_succeeded(account: AccountState, intent: Json, charge: Json) -> None:
    """The payment succeeds."""
    charge |= {"status": "succeeded", "paid": True, "captured": True}
    is_card = charge["payment_method_details"]["type"] == "card"
    kind = balance.CHARGE if is_card else balance.BANK_CHARGE
    transaction = balance.record(account, kind, charge, charge["amount"], fee=None)
    charge |= {"amount_captured": charge["amount"], "balance_transaction": transaction}
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    intent |= {"processing": None, "last_payment_error": None}
    emit(account, "charge.succeeded", account.store.save(charge))
    emit(account, "payment_intent.succeeded", account.store.save(intent))


def mark_processing(account: AccountState, intent: Json, charge: Json) -> None:
    """The payment is confirmed later."""
    intent |= {"status": "processing"}
    emit(account, "charge.pending", charge)
    emit(account, "payment_intent.processing", account.store.save(intent))


def mark_failed(account: AccountState, intent: Json, charge: Json, code: str) -> None:
    """The card or bank debit is declined; the buyer may try again."""
    message = DECLINES.get(code, "The payment failed.")
    charge |= {"status": "failed", "failure_code": code, "failure_message": message}
    charge |= {"receipt_url": None}
    charge["outcome"] |= {"network_status": "declined_by_network", "type": "issuer_declined"}
    charge["outcome"] |= {"reason": "generic_decline", "seller_message": message}
    intent |= {"status": "requires_payment_method", "payment_method": None, "processing": None}
    intent["last_payment_error"] = {"code": code, "message": message, "type": "card_error"}
    emit(account, "charge.failed", account.store.save(charge))
    emit(account, "payment_intent.payment_failed", account.store.save(intent))
