"""What the account may do, and its tax settings (docs.stripe.com/api/accounts, docs.stripe.com/api/tax/settings)."""

from __future__ import annotations

from website.demo.fake_stripe.account_state import AccountState, default_object
from website.demo.fake_stripe.errors import Json


def retrieve_account(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/account"""
    return _only(account, "account")


def retrieve_tax_settings(account: AccountState, object_id: str, params: Json) -> Json:
    """GET /v1/tax/settings"""
    return _only(account, "tax_settings")


def _only(account: AccountState, name: str) -> Json:
    """The only object of its kind; `FakeStripe.change` changes it."""
    defaults = default_object(name)
    return account.store.find(defaults["object"], defaults["id"]) or account.store.save(defaults)
