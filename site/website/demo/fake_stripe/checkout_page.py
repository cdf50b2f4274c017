"""The hosted payment page, with test cards only."""

from __future__ import annotations

import re

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from website.demo.fake_stripe import buyer
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.asked_account import asked
from website.demo.fake_stripe.charges import DECLINES
from website.demo.fake_stripe.errors import Json

CARD = "4242424242424242"
# Stripe's test cards and their decline codes (docs.stripe.com/testing); None succeeds.
_CARDS: dict[str, str | None] = {
    CARD: None,
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
}
_PAID_AT_ONCE = {"card", "link", "cashapp", "amazon_pay", "paypal"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class InvalidFormError(Exception):
    """The form is invalid; the message is for the buyer."""


def checkout_pages() -> Blueprint:
    """``/pay/<checkout_session>`` and ``/receipts/<charge>``."""
    pages = Blueprint("checkout", __name__)

    @pages.get("/pay/<object_id>")
    def pay(object_id: str) -> str | Response:
        account = asked().account
        with account.change():
            return _page(_find(account, object_id))

    @pages.post("/pay/<object_id>")
    def submit(object_id: str) -> str | Response | tuple[str, int]:
        account = asked().account
        with account.change():
            checkout_session = _find(account, object_id)
            if checkout_session["status"] != "open":
                return _page(checkout_session)
            try:
                _submit(account, checkout_session)
            except InvalidFormError as problem:
                return _form(checkout_session, str(problem)), 422
            return redirect(_success_url(checkout_session), 303)

    @pages.get("/receipts/<object_id>")
    def receipt(object_id: str) -> str:
        with asked().account.change() as store:
            charge = store.find("charge", object_id) or abort(404)
            return render_template("fake_stripe/receipt.html", charge=charge)

    return pages


def bank_debit_offered(checkout_session: Json) -> bool:
    """Whether the session allows a payment method with delayed notification."""
    return not _PAID_AT_ONCE.issuperset(checkout_session["payment_method_types"])


def _find(account: AccountState, object_id: str) -> Json:
    checkout_session = account.store.find("checkout.session", object_id)
    if checkout_session is None:
        abort(404)
    return checkout_session


def _page(checkout_session: Json) -> str | Response:
    if checkout_session["status"] == "open":
        return _form(checkout_session)
    if checkout_session["status"] == "complete":
        return redirect(_success_url(checkout_session), 303)
    return render_template("fake_stripe/ended.html", checkout_session=checkout_session)


def _form(checkout_session: Json, problem: str = "") -> str:
    sent = request.form
    return render_template(
        "fake_stripe/pay.html",
        checkout_session=checkout_session,
        problem=problem,
        email=sent.get("email", checkout_session["customer_email"] or ""),
        card=sent.get("card", "4242 4242 4242 4242"),
        way=sent.get("way", "card"),
        bank_debit=bank_debit_offered(checkout_session),
    )


def _submit(account: AccountState, checkout_session: Json) -> None:
    email = checkout_session["customer_email"] or request.form.get("email", "").strip()
    if not _EMAIL.fullmatch(email):
        raise InvalidFormError("Please enter an email address, such as ada@example.com.")
    if checkout_session["consent_collection"] and request.form.get("consent") != "yes":
        raise InvalidFormError("Please agree to the terms to pay.")
    option = request.form.get("way", "card")
    if checkout_session["amount_total"] == 0:
        buyer.pay_nothing(account, checkout_session, email)
    elif option == "card":
        _pay_by_card(account, checkout_session, email)
    elif option in ("bank_pays", "bank_refuses") and bank_debit_offered(checkout_session):
        _pay_by_bank_debit(account, checkout_session, email, succeeds=option == "bank_pays")
    else:
        raise InvalidFormError("Please choose how to pay.")


def _pay_by_card(account: AccountState, checkout_session: Json, email: str) -> None:
    number = re.sub(r"[\s-]", "", request.form.get("card", ""))
    if number not in _CARDS:  # never accept a real card
        raise InvalidFormError("This page takes test cards only, such as 4242 4242 4242 4242.")
    code = _CARDS[number]
    if code:
        buyer.decline(account, checkout_session, email, code)
        raise InvalidFormError(f"{DECLINES[code]} Please try another card.")
    buyer.pay(account, checkout_session, email)


def _pay_by_bank_debit(account: AccountState, checkout_session: Json, email: str, *, succeeds: bool) -> None:
    buyer.pay_by_bank_debit(account, checkout_session, email)
    if account.settle_after is not None:
        checkout_session["_settles"] = {"at": account.now() + account.settle_after, "well": succeeds}
        account.store.save(checkout_session)


def _success_url(checkout_session: Json) -> str:
    return str(checkout_session["success_url"]).replace("{CHECKOUT_SESSION_ID}", checkout_session["id"])
