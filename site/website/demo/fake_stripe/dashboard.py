"""The page for a person who tries the demo: every session, with the bank's side as buttons."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from website.demo.fake_stripe.buyer import NotPayable
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.fake_stripe import Standin
from website.demo.fake_stripe.loopback_only import only_from_here
from website.demo.fake_stripe.money import decimals

_SHOWN = 30


def desk(standin: Standin) -> Blueprint:
    """``/`` and the buttons on it, from this machine only."""
    pages = Blueprint("desk", __name__)
    buttons = _buttons(standin)

    @pages.get("/")
    def overview() -> str:
        only_from_here()
        return _overview(standin)

    @pages.post("/do/<action>")
    def press(action: str) -> Response | tuple[str, int]:
        only_from_here()
        if action not in buttons:
            abort(404)
        try:
            buttons[action](request.form["id"])
        except (ApiError, NotPayable) as problem:
            return _overview(standin, str(problem)), 409
        except KeyError:
            abort(404)
        return redirect("/", 303)

    return pages


def _buttons(standin: Standin) -> dict[str, Callable[[str], object]]:
    return {
        "refund": standin.refund,
        "refund-part": lambda ident: standin.refund(ident, _amount(standin, ident)),
        "fail-refund": standin.fail_refund,
        "dispute": standin.open_dispute,
        "won": lambda ident: standin.close_dispute(ident, "won"),
        "lost": lambda ident: standin.close_dispute(ident, "lost"),
        "settle": standin.settle,
        "fail": standin.fail,
        "expire": standin.expire,
        "resend": standin.webhooks.resend,
    }


def _amount(standin: Standin, ident: str) -> int:
    """The typed price in the smallest unit. Raises ApiError for what is no price."""
    typed = request.form.get("amount", "").replace(",", ".").strip()
    try:
        amount = Decimal(typed) * 10 ** decimals(standin.get(ident)["currency"])
    except InvalidOperation:
        raise ApiError(f"“{typed}” is not an amount. Write it like 2.50.") from None
    return int(amount)


def _overview(standin: Standin, problem: str = "") -> str:
    with standin.world.change() as store:
        sessions = store.all("checkout.session")[: -_SHOWN - 1 : -1]
        rows = [_row(standin, session) for session in sessions]
        events = store.all("event")[: -_SHOWN - 1 : -1]
        return render_template("fake_stripe/desk.html", rows=rows, events=events, problem=problem)


def _row(standin: Standin, session: Json) -> Json:
    store = standin.world.store
    intent = session["payment_intent"]
    charge = standin.charge_of(session["id"]) if intent else None
    return {
        "session": session,
        "charge": charge,
        "refunds": [r for r in store.all("refund") if r["payment_intent"] == intent and intent],
        "disputes": [d for d in store.all("dispute") if d["payment_intent"] == intent and intent],
    }
