"""The hosted payment page: what Checkout is for Stripe, with test money and said so."""

from __future__ import annotations

import re

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from website.demo.fake_stripe import buyer
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.charges import DECLINES
from website.demo.fake_stripe.errors import Json

CARD = "4242424242424242"
# Stripe's own test numbers (docs.stripe.com/testing); None pays.
_CARDS: dict[str, str | None] = {
    CARD: None,
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
}
_AT_ONCE = {"card", "link", "cashapp", "amazon_pay", "paypal"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class InvalidFormError(Exception):
    """The form cannot be accepted; the message is for the buyer."""


def checkout_pages(world: AccountState) -> Blueprint:
    """/pay/<session> and /receipts/<charge>."""
    pages = Blueprint("hosted", __name__)

    @pages.get("/pay/<ident>")
    def pay(ident: str) -> str | Response:
        with world.change():
            return _page(_session(world, ident))

    @pages.post("/pay/<ident>")
    def submit(ident: str) -> str | Response | tuple[str, int]:
        with world.change():
            session = _session(world, ident)
            if session["status"] != "open":
                return _page(session)
            try:
                _submit(world, session)
            except InvalidFormError as problem:
                return _form(session, str(problem)), 422
            return redirect(_thanks(session), 303)

    @pages.get("/receipts/<ident>")
    def receipt(ident: str) -> str:
        with world.change() as store:
            charge = store.find("charge", ident) or abort(404)
            return render_template("fake_stripe/receipt.html", charge=charge)

    return pages


def bank_debit_offered(session: Json) -> bool:
    """Whether the session's payment methods allow one that is not paid at once."""
    return not _AT_ONCE.issuperset(session["payment_method_types"])


def _session(world: AccountState, ident: str) -> Json:
    found = world.store.find("checkout.session", ident)
    if found is None:
        abort(404)
    return found


def _page(session: Json) -> str | Response:
    if session["status"] == "open":
        return _form(session)
    if session["status"] == "complete":
        return redirect(_thanks(session), 303)
    return render_template("fake_stripe/ended.html", session=session)


def _form(session: Json, problem: str = "") -> str:
    sent = request.form
    return render_template(
        "fake_stripe/pay.html",
        session=session,
        problem=problem,
        email=sent.get("email", session["customer_email"] or ""),
        card=sent.get("card", "4242 4242 4242 4242"),
        way=sent.get("way", "card"),
        slow_bank=bank_debit_offered(session),
    )


def _submit(world: AccountState, session: Json) -> None:
    email = session["customer_email"] or request.form.get("email", "").strip()
    if not _EMAIL.fullmatch(email):
        raise InvalidFormError("Please enter an email address, such as ada@example.com.")
    way = request.form.get("way", "card")
    if session["amount_total"] == 0:
        buyer.pay_nothing(world, session, email)
    elif way == "card":
        _pay_by_card(world, session, email)
    elif way in ("bank_pays", "bank_refuses") and bank_debit_offered(session):
        _pay_by_bank(world, session, email, well=way == "bank_pays")
    else:
        raise InvalidFormError("Please choose how to pay.")


def _pay_by_card(world: AccountState, session: Json, email: str) -> None:
    number = re.sub(r"[\s-]", "", request.form.get("card", ""))
    if number not in _CARDS:  # a real card must not even be tried here
        raise InvalidFormError("This page takes test cards only, such as 4242 4242 4242 4242.")
    code = _CARDS[number]
    if code:
        buyer.decline(world, session, email, code)
        raise InvalidFormError(f"{DECLINES[code]} Please try another card.")
    buyer.pay(world, session, email)


def _pay_by_bank(world: AccountState, session: Json, email: str, *, well: bool) -> None:
    buyer.pay_by_bank_debit(world, session, email)
    if world.settle_after is not None:
        session["_settles"] = {"at": world.now() + world.settle_after, "well": well}
        world.store.save(session)


def _thanks(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
