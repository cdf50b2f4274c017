"""The dashboard: every Checkout Session with buttons for what the bank and Stripe's dashboard can do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from website.demo.fake_stripe.asked_account import asked
from website.demo.fake_stripe.buyer import NotPayableError
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.fake_stripe import FakeStripe
from website.demo.fake_stripe.loopback_only import require_loopback
from website.demo.fake_stripe.money import decimals

_SHOWN = 30


def dashboard() -> Blueprint:
    """``/`` and the buttons on it, from this machine only."""
    pages = Blueprint("dashboard", __name__)

    @pages.get("/")
    def overview() -> str:
        require_loopback()
        return _overview(asked())

    @pages.post("/do/<action>")
    def press(action: str) -> Response | tuple[str, int]:
        require_loopback()
        fake_stripe = asked()
        buttons = _buttons(fake_stripe)
        if action not in buttons:
            abort(404)
        try:
            buttons[action](request.form["id"])
        except (ApiError, NotPayableError) as problem:
            return _overview(fake_stripe, str(problem)), 409
        except KeyError:
            abort(404)
        return redirect("/", 303)

    return pages


def _buttons(fake_stripe: FakeStripe) -> dict[str, Callable[[str], object]]:
    return {
        "refund": fake_stripe.refund,
        "refund-part": lambda object_id: fake_stripe.refund(object_id, _amount(fake_stripe, object_id)),
        "fail-refund": fake_stripe.fail_refund,
        "dispute": fake_stripe.open_dispute,
        "warn": fake_stripe.warn_of_fraud,
        "won": lambda object_id: fake_stripe.close_dispute(object_id, "won"),
        "lost": lambda object_id: fake_stripe.close_dispute(object_id, "lost"),
        "settle": fake_stripe.settle_payment,
        "fail": fake_stripe.fail_payment,
        "expire": fake_stripe.expire,
        "resend": fake_stripe.webhooks.resend,
    }


def _amount(fake_stripe: FakeStripe, object_id: str) -> int:
    """The entered amount in the minor unit. Raises ApiError for anything else."""
    typed = request.form.get("amount", "").replace(",", ".").strip()
    try:
        amount = Decimal(typed) * 10 ** decimals(fake_stripe.get(object_id)["currency"])
    except InvalidOperation:
        raise ApiError(f"“{typed}” is not an amount. Write it like 2.50.") from None
    return int(amount)


def _overview(fake_stripe: FakeStripe, problem: str = "") -> str:
    with fake_stripe.account.change() as store:
        checkout_sessions = store.all("checkout.session")[: -_SHOWN - 1 : -1]
        rows = [_row(fake_stripe, checkout_session) for checkout_session in checkout_sessions]
        events = store.all("event")[: -_SHOWN - 1 : -1]
        return render_template("fake_stripe/dashboard.html", rows=rows, events=events, problem=problem)


def _row(fake_stripe: FakeStripe, checkout_session: Json) -> Json:
    store = fake_stripe.account.store
    intent = checkout_session["payment_intent"]
    charge = fake_stripe.charge_of(checkout_session["id"]) if intent else None
    return {
        "checkout_session": checkout_session,
        "charge": charge,
        "refunds": [r for r in store.all("refund") if r["payment_intent"] == intent and intent],
        "disputes": [d for d in store.all("dispute") if d["payment_intent"] == intent and intent],
    }
