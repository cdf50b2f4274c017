"""Early fraud warnings by the card's bank (docs.stripe.com/api/radar/early_fraud_warnings)."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.events import emit
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.pagination import fields_equal, list_page

KIND = "radar.early_fraud_warning"


def retrieve(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/radar/early_fraud_warnings/{id}"""
    return account.find(KIND, object_id, "early_fraud_warning")


def listing(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/radar/early_fraud_warnings"""
    keep = fields_equal(params, "charge", "payment_intent")
    return list_page(account, KIND, params, "/v1/radar/early_fraud_warnings", keep)


def warn(account: AccountState, charge: Json, fraud_type: str) -> Json:
    """The card's bank reports the charge as fraudulent."""
    warning = default_object("early_fraud_warning") | {
        "id": new_id("issfr"),
        "actionable": _is_actionable(account, charge),
        "charge": charge["id"],
        "created": account.now(),
        "fraud_type": fraud_type,
        "payment_intent": charge["payment_intent"],
    }
    emit(account, f"{KIND}.created", account.store.save(warning))
    return warning


def refresh(account: AccountState, charge: Json) -> None:
    """Whether something can still be done about a warning changes with refunds and disputes."""
    actionable = _is_actionable(account, charge)
    for warning in account.store.all(KIND):
        if warning["charge"] == charge["id"] and warning["actionable"] != actionable:
            warning["actionable"] = actionable
            emit(account, f"{KIND}.updated", account.store.save(warning), {"actionable": not actionable})


def _is_actionable(account: AccountState, charge: Json) -> bool:
    """Neither disputed nor wholly refunded."""
    disputed = any(dispute["charge"] == charge["id"] for dispute in account.store.all("dispute"))
    return not disputed and not charge["refunded"]
