"""What a buyer does at Checkout: pay by card or bank debit, be declined, pay nothing."""

from __future__ import annotations

from website.demo.fake_stripe import charges
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.checkout_sessions import customer_details
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.items import set_price

EMAIL = "buyer@example.com"


class NotPayableError(Exception):
    """The session is not in the state that this step needs. Carries its ``id`` and ``status``."""

    def __init__(self, checkout_session: Json) -> None:
        self.id, self.status = checkout_session["id"], checkout_session["status"]
        super().__init__(f"{self.id} is {self.status} / {checkout_session['payment_status']}")


def pay(account: AccountState, checkout_session: Json, email: str = EMAIL) -> Json:
    """Pay by card: complete and paid. Raises NotPayableError."""
    intent, charge = _attempt(account, checkout_session, email, "card", "succeeded")
    charges.mark_succeeded(account, intent, charge)
    return _complete(account, checkout_session, "paid")


def pay_by_bank_debit(account: AccountState, checkout_session: Json, email: str = EMAIL) -> Json:
    """Pay by bank debit, which is confirmed later: complete and unpaid. Raises NotPayableError."""
    intent, charge = _attempt(account, checkout_session, email, "bank", "pending")
    charges.mark_processing(account, intent, charge)
    return _complete(account, checkout_session, "unpaid")


def take_voucher(account: AccountState, checkout_session: Json, email: str = EMAIL) -> Json:
    """Take a voucher, which is paid later or not at all: complete and unpaid. Raises NotPayableError."""
    _must_be_open(checkout_session)
    checkout_session["customer_details"] = customer_details(email)
    intent = charges.intent_for(account, checkout_session)
    intent |= {"status": "requires_action", "next_action": {"type": "boleto_display_details"}}
    emit(account, "payment_intent.requires_action", account.store.save(intent))
    return _complete(account, checkout_session, "unpaid")


def pay_nothing(account: AccountState, checkout_session: Json, email: str = EMAIL) -> Json:
    """Use a 100% discount: complete without a Payment Intent. Raises NotPayableError."""
    _must_be_open(checkout_session)
    checkout_session["customer_details"] = customer_details(email)
    change_amounts(checkout_session, discount=checkout_session["amount_subtotal"])
    return _complete(account, checkout_session, "no_payment_required")


def decline(
    account: AccountState, checkout_session: Json, email: str = EMAIL, code: str = "card_declined"
) -> Json:
    """Try a card that is declined; the session stays open. Raises NotPayableError."""
    customer_before = checkout_session["customer_details"]
    intent, charge = _attempt(account, checkout_session, email, "card", "failed")
    charges.mark_failed(account, intent, charge, code)
    checkout_session["customer_details"] = customer_before
    return account.store.save(checkout_session)


def settle_payment(account: AccountState, checkout_session: Json) -> Json:
    """The bank debit succeeds, or the voucher is paid. Raises NotPayableError unless one is under way."""
    intent = _unsettled_intent(account, checkout_session)
    charges.mark_succeeded(account, intent, account.store.get(intent["latest_charge"]))
    checkout_session |= {"payment_status": "paid", "_settles": None}
    emit(account, "checkout.session.async_payment_succeeded", account.store.save(checkout_session))
    return checkout_session


def fail_payment(account: AccountState, checkout_session: Json) -> Json:
    """The bank debit fails, or the voucher runs out. Raises NotPayableError unless one is under way."""
    intent = _unsettled_intent(account, checkout_session)
    charges.mark_failed(account, intent, account.store.get(intent["latest_charge"]), "payment_failed")
    checkout_session["_settles"] = None
    emit(account, "checkout.session.async_payment_failed", account.store.save(checkout_session))
    return checkout_session


def finish_overdue(account: AccountState) -> None:
    """Finish every bank debit that is due, as the buyer chose on the page."""
    for checkout_session in account.store.all("checkout.session"):
        due = checkout_session.get("_settles")
        if due and due["at"] <= account.now():
            (settle_payment if due["well"] else fail_payment)(account, checkout_session)


def change_amounts(
    checkout_session: Json,
    *,
    amount: int | None = None,
    currency: str | None = None,
    quantity: int | None = None,
    price: str | None = None,
    tax: int = 0,
    discount: int = 0,
) -> None:
    """Change what an open session costs, as a wrong setup, tax, or a promotion code would.

    ``amount`` is the unit price in the minor unit, ``price`` the id of the price object.
    Raises NotPayableError.
    """
    _must_be_open(checkout_session)
    item = checkout_session["_line_items"][0]
    unit = item["price"]["unit_amount"] if amount is None else amount
    set_price(item, unit, quantity or item["quantity"], currency or item["currency"])
    item["price"]["id"] = price or item["price"]["id"]
    subtotal = sum(line["amount_subtotal"] for line in checkout_session["_line_items"])
    item |= {"amount_tax": tax, "amount_discount": discount}
    item["amount_total"] += tax - discount
    checkout_session |= {"amount_subtotal": subtotal, "amount_total": subtotal + tax - discount}
    checkout_session |= {"currency": item["currency"]}
    checkout_session["total_details"] |= {"amount_tax": tax, "amount_discount": discount}


def _attempt(
    account: AccountState, checkout_session: Json, email: str, method: str, status: str
) -> tuple[Json, Json]:
    _must_be_open(checkout_session)
    checkout_session["customer_details"] = customer_details(email)
    intent = charges.intent_for(account, checkout_session)
    intent["amount"], intent["currency"] = checkout_session["amount_total"], checkout_session["currency"]
    return intent, charges.create_charge(account, intent, checkout_session, method=method, status=status)


def _complete(account: AccountState, checkout_session: Json, payment_status: str) -> Json:
    checkout_session |= {"status": "complete", "payment_status": payment_status, "url": None}
    if checkout_session["consent_collection"]:  # Checkout's button does nothing before the box is ticked
        checkout_session["consent"] = {"promotions": None, "terms_of_service": "accepted"}
    emit(account, "checkout.session.completed", account.store.save(checkout_session))
    return checkout_session


def _must_be_open(checkout_session: Json) -> None:
    if checkout_session["status"] != "open":
        raise NotPayableError(checkout_session)


def _unsettled_intent(account: AccountState, checkout_session: Json) -> Json:
    intent = (
        account.store.get(checkout_session["payment_intent"]) if checkout_session["payment_intent"] else None
    )
    if intent is None or intent["status"] not in ("processing", "requires_action"):
        raise NotPayableError(checkout_session)
    if intent["latest_charge"] is None:  # a voucher is charged when it is paid
        charges.create_charge(account, intent, checkout_session, method="bank", status="pending")
    intent["next_action"] = None
    return intent
