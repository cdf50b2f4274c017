"""What a buyer does on the hosted page: pay by card, by a slow bank, be declined, pay nothing."""

from __future__ import annotations

from website.demo.fake_stripe import charges
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.items import set_price
from website.demo.fake_stripe.sessions import customer_details

EMAIL = "buyer@example.com"


class NotPayableError(Exception):
    """The session is not in the state that this step needs: ``session`` (id) and ``status``."""

    def __init__(self, session: Json) -> None:
        self.session, self.status = session["id"], session["status"]
        super().__init__(f"{self.session} is {self.status} / {session['payment_status']}")


def pay(world: AccountState, session: Json, email: str = EMAIL) -> Json:
    """By card, at once: complete and paid. Raises NotPayableError."""
    intent, charge = _attempt(world, session, email, "card", "succeeded")
    charges.mark_succeeded(world, intent, charge)
    return _complete(world, session, "paid")


def pay_by_bank_debit(world: AccountState, session: Json, email: str = EMAIL) -> Json:
    """By a bank that answers later: complete and unpaid. Raises NotPayableError."""
    intent, charge = _attempt(world, session, email, "bank", "pending")
    charges.mark_processing(world, intent, charge)
    return _complete(world, session, "unpaid")


def pay_nothing(world: AccountState, session: Json, email: str = EMAIL) -> Json:
    """A discount of 100 %: complete without a Payment Intent. Raises NotPayableError."""
    _must_be_open(session)
    session["customer_details"] = customer_details(email)
    change_amounts(session, discount=session["amount_subtotal"])
    return _complete(world, session, "no_payment_required")


def decline(world: AccountState, session: Json, email: str = EMAIL, code: str = "card_declined") -> Json:
    """A card that is declined; the session stays open for another. Raises NotPayableError."""
    shown = session["customer_details"]
    intent, charge = _attempt(world, session, email, "card", "failed")
    charges.mark_failed(world, intent, charge, code)
    session["customer_details"] = shown
    return world.store.save(session)


def settle_payment(world: AccountState, session: Json) -> Json:
    """The slow bank has paid. Raises NotPayableError unless it was asked."""
    intent = _processing_intent(world, session)
    charges.mark_succeeded(world, intent, world.store.get(intent["latest_charge"]))
    session |= {"payment_status": "paid", "_settles": None}
    emit(world, "checkout.session.async_payment_succeeded", world.store.save(session))
    return session


def fail_payment(world: AccountState, session: Json) -> Json:
    """The slow bank has refused. Raises NotPayableError unless it was asked."""
    intent = _processing_intent(world, session)
    charges.mark_failed(world, intent, world.store.get(intent["latest_charge"]), "payment_failed")
    session["_settles"] = None
    emit(world, "checkout.session.async_payment_failed", world.store.save(session))
    return session


def finish_overdue(world: AccountState) -> None:
    """Every delayed payment whose time has come ends as the buyer chose on the page."""
    for session in world.store.all("checkout.session"):
        due = session.get("_settles")
        if due and due["at"] <= world.now():
            (settle_payment if due["well"] else fail_payment)(world, session)


def change_amounts(
    session: Json,
    *,
    amount: int | None = None,
    currency: str | None = None,
    quantity: int | None = None,
    price: str | None = None,
    tax: int = 0,
    discount: int = 0,
) -> None:
    """Change what an open session costs, as a mistaken set-up, tax or a promotion code would.

    ``amount`` is the unit price in the smallest unit, ``price`` the id of the price object.
    Raises NotPayableError.
    """
    _must_be_open(session)
    item = session["_line_items"][0]
    unit = item["price"]["unit_amount"] if amount is None else amount
    set_price(item, unit, quantity or item["quantity"], currency or item["currency"])
    item["price"]["id"] = price or item["price"]["id"]
    subtotal = sum(each["amount_subtotal"] for each in session["_line_items"])
    item |= {"amount_tax": tax, "amount_discount": discount}
    item["amount_total"] += tax - discount
    session |= {"amount_subtotal": subtotal, "amount_total": subtotal + tax - discount}
    session |= {"currency": item["currency"]}
    session["total_details"] |= {"amount_tax": tax, "amount_discount": discount}


def _attempt(world: AccountState, session: Json, email: str, method: str, status: str) -> tuple[Json, Json]:
    _must_be_open(session)
    session["customer_details"] = customer_details(email)
    intent = charges.intent_for(world, session)
    intent["amount"], intent["currency"] = session["amount_total"], session["currency"]
    return intent, charges.create_charge(world, intent, session, method=method, status=status)


def _complete(world: AccountState, session: Json, payment_status: str) -> Json:
    session |= {"status": "complete", "payment_status": payment_status, "url": None}
    emit(world, "checkout.session.completed", world.store.save(session))
    return session


def _must_be_open(session: Json) -> None:
    if session["status"] != "open":
        raise NotPayableError(session)


def _processing_intent(world: AccountState, session: Json) -> Json:
    intent = world.store.get(session["payment_intent"]) if session["payment_intent"] else None
    if intent is None or intent["status"] != "processing":
        raise NotPayableError(session)
    return intent
