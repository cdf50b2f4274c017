"""Every call that the shop makes, by its own client and with its own parameters, tested like the contract."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from carrel import clock
from payments.stripe.client import StripeApi, StripeNotFoundError, StripeRefusedError
from payments.stripe.events import HANDLED_EVENTS
from tests.payments.contract.shop_params import params

SETTINGS: list[dict[str, Any]] = [
    {},
    {"pass_payment_methods": ()},
    {"pass_payment_methods": ("card", "link")},
    {"pass_promotion_codes": True},
    {"pass_tax_code": "txcd_10302000"},
    {"pass_statement_suffix": "NO ADS"},
    {"email": "contract@example.com"},
]
TAXES: list[dict[str, Any]] = [{"pass_tax": "inclusive"}, {"pass_tax": "exclusive"}]


def opened(api: StripeApi, **settings: Any) -> str:
    """The id of a new session."""
    return api.create_checkout_session(params(**settings), f"contract-{uuid.uuid4()}").id


@pytest.mark.parametrize("settings", SETTINGS + TAXES, ids=str)
def test_stripe_opens_a_session_under_every_setting(shop_api: StripeApi, settings: dict[str, Any]) -> None:
    """On Stripe itself, the two about tax need Stripe Tax to be switched on, as PASS_TAX does."""
    created = shop_api.create_checkout_session(params(**settings), f"contract-{uuid.uuid4()}")
    session = shop_api.retrieve_checkout_session(created.id)
    (item,) = created.line_items.data
    assert item.price is not None
    assert (item.quantity, item.price.unit_amount, item.price.currency) == (1, 499, "usd")
    assert (session.status, session.payment_status, session.amount_subtotal) == ("open", "unpaid", 499)
    assert session.client_reference_id == session.our_metadata["order"]


def test_an_address_that_is_none_is_refused_by_name(shop_api: StripeApi) -> None:
    with pytest.raises(StripeRefusedError) as caught:
        opened(shop_api, email="nobody")
    assert (caught.value.code, caught.value.param) == ("email_invalid", "customer_email")


def test_a_session_can_be_closed_once(shop_api: StripeApi) -> None:
    session_id = opened(shop_api)
    shop_api.expire_checkout_session(session_id)
    assert shop_api.retrieve_checkout_session(session_id).status == "expired"
    with pytest.raises(StripeRefusedError):
        shop_api.expire_checkout_session(session_id)


def test_sessions_are_listed_with_what_the_comparison_needs(shop_api: StripeApi) -> None:
    session_id = opened(shop_api)
    listed = shop_api.list_checkout_sessions(clock.now() - timedelta(minutes=1))
    assert session_id in [session["id"] for session in listed]


def test_undelivered_events_are_listed_by_all_our_types(shop_api: StripeApi) -> None:
    events = shop_api.list_undelivered_events(clock.now() - timedelta(minutes=1), sorted(HANDLED_EVENTS))
    assert {event["type"] for event in events} <= HANDLED_EVENTS


def test_what_does_not_exist_is_not_found(shop_api: StripeApi) -> None:
    for ask in (
        lambda: shop_api.retrieve_payment_intent("pi_nothing"),
        lambda: shop_api.related_payment_intent("refund", "re_nothing"),
        lambda: shop_api.related_payment_intent("charge", "ch_nothing"),
        lambda: shop_api.related_payment_intent("dispute", "du_nothing"),
        lambda: shop_api.create_refund(
            "pi_nothing", 499, "requested_by_customer", f"contract-{uuid.uuid4()}"
        ),
    ):
        with pytest.raises(StripeNotFoundError):
            ask()
    assert shop_api.checkout_session_id_for("pi_nothing") is None
