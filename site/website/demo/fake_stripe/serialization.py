"""Objects as the API shows them: without internal fields, expanded on request."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.errors import ApiError, Json

# Expandable fields, by kind: they hold the id of an object.
_LINKS: dict[str, set[str]] = {
    "checkout.session": {"payment_intent"},
    "payment_intent": {"latest_charge"},
    "charge": {"payment_intent", "balance_transaction"},
    "refund": {"charge", "payment_intent", "balance_transaction"},
    "dispute": {"charge", "payment_intent"},
    "price": {"product"},
    "balance_transaction": {"source"},
    "payout": {"balance_transaction"},
    "radar.early_fraud_warning": {"charge", "payment_intent"},
}
_DEEPEST = 4


def snapshot(obj: Json) -> Json:
    """A deep copy without internal fields."""
    return {name: copy.deepcopy(value) for name, value in obj.items() if not name.startswith("_")}


def expanded(account: AccountState, obj: Json, paths: list[str]) -> Json:
    """The object with every path of ``expand[]`` expanded. Raises ApiError for one that cannot be expanded."""
    shown = snapshot(obj)
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST + 1:
            raise ApiError("You cannot expand more than 4 levels of a property.", param="expand")
        _expand(account, shown, steps, path)
    return shown


def _expand(account: AccountState, shown: Any, steps: list[str], path: str) -> None:
    if not steps or shown is None:
        return
    step, *rest = steps
    if shown.get("object") == "list" and step == "data":
        for item in shown["data"]:
            _expand(account, item, rest, path)
        return
    _open(account, shown, step, path)
    _expand(account, shown[step], rest, path)


def _open(account: AccountState, shown: Json, step: str, path: str) -> None:
    if step in _LISTS.get(shown["object"], {}):
        shown.setdefault(step, _LISTS[shown["object"]][step](account, shown["id"]))
    elif step in _LINKS.get(shown["object"], set()):
        if isinstance(shown[step], str):
            shown[step] = snapshot(account.store.get(shown[step]))
    elif not (shown["object"] == "item" and step == "price"):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand")


def _line_items(account: AccountState, session_id: str) -> Json:
    items = account.store.get(session_id)["_line_items"]
    return as_list(copy.deepcopy(items), f"/v1/checkout/sessions/{session_id}/line_items")


def _refunds(account: AccountState, charge_id: str) -> Json:
    made = [r for r in reversed(account.store.all("refund")) if r["charge"] == charge_id]
    return as_list([snapshot(r) for r in made[:10]], f"/v1/charges/{charge_id}/refunds")


# Lists that an object includes only when they are expanded.
_LISTS: dict[str, dict[str, Callable[[AccountState, str], Json]]] = {
    "checkout.session": {"line_items": _line_items},
    "charge": {"refunds": _refunds},
}


def as_list(data: list[Json], url: str, has_more: bool = False) -> Json:
    """Stripe's list object (docs.stripe.com/api/pagination)."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
