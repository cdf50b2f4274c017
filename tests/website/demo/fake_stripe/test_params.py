"""Parameters are validated by the types of Stripe's own library."""

from typing import Any, cast

import pytest
import stripe
from stripe.params.checkout import SessionCreateParams

from website.demo.fake_stripe.api_calls import API_METHODS
from website.demo.fake_stripe.errors import ApiError
from website.demo.fake_stripe.form import nest
from website.demo.fake_stripe.params import read


def refusal(params_type: Any, *pairs: tuple[str, str]) -> tuple[str | None, str | None]:
    with pytest.raises(ApiError) as caught:
        read(params_type, nest(pairs))
    assert caught.value.status == 400
    return caught.value.code, caught.value.param


def test_nested_forms_become_typed_values() -> None:
    sent = nest(
        [
            ("line_items[0][price_data][currency]", "usd"),
            ("line_items[0][quantity]", "2"),
            ("line_items[1][price]", "price_1"),
            ("allow_promotion_codes", "true"),
            ("metadata[order]", "7"),
            ("expand[]", "line_items"),
            ("expand[]", "payment_intent"),
        ]
    )
    assert read(SessionCreateParams, sent) == {
        "line_items": [{"price_data": {"currency": "usd"}, "quantity": 2}, {"price": "price_1"}],
        "allow_promotion_codes": True,
        "metadata": {"order": "7"},
        "expand": ["line_items", "payment_intent"],
    }


@pytest.mark.parametrize(
    ("name", "value", "code", "param"),
    [
        ("color", "red", "parameter_unknown", "color"),
        ("stripe_version", "2020-01-01", "parameter_unknown", "stripe_version"),
        ("payment_intent_data[color]", "red", "parameter_unknown", "payment_intent_data[color]"),
        ("automatic_tax[liability][type]", "self", "parameter_missing", "automatic_tax[enabled]"),
        ("line_items[0][price_data][unit_amount]", "499", "parameter_missing", "line_items[0][price_data][currency]"),
        ("expires_at", "soon", "parameter_invalid_integer", "expires_at"),
        ("expires_at", "1_0", "parameter_invalid_integer", "expires_at"),
        ("mode", "donation", None, "mode"),
        ("allow_promotion_codes", "maybe", None, "allow_promotion_codes"),
        ("success_url", "", "parameter_invalid_empty", "success_url"),
        ("line_items", "one", None, "line_items"),
        ("payment_intent_data", "one", None, "payment_intent_data"),
        ("success_url[0]", "https://x.test", None, "success_url"),
        ("metadata[a][b]", "c", None, "metadata[a]"),
    ],
)  # fmt: skip
def test_a_parameter_that_the_library_does_not_know_so_is_refused(
    name: str, value: str, code: str | None, param: str
) -> None:
    assert refusal(SessionCreateParams, (name, value)) == (code, param)


def test_a_name_cannot_be_a_value_and_an_object() -> None:
    assert refusal(SessionCreateParams, ("metadata", "x"), ("metadata[a]", "b"))[1] == "metadata"


def test_a_form_nested_too_deeply_is_refused() -> None:
    assert refusal(SessionCreateParams, ("metadata" + "[a]" * 50, "b"))[1] == "metadata"


@pytest.mark.parametrize("method", API_METHODS, ids=lambda method: f"{method.http_method} {method.rule}")
def test_every_call_knows_its_parameters_and_no_option_of_the_library(method: Any) -> None:
    with pytest.raises(ApiError, match="unknown parameter"):
        read(method.params, {"idempotency_key": "x"})
    if "GET" in method.http_method:
        assert read(method.params, nest([("expand[]", "x")])) == {"expand": ["x"]}


def test_the_library_raises_what_it_raises_for_stripe(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(cast("Any", {"mode": "payment", "color": "red"}))
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (
        400,
        "parameter_unknown",
        "color",
    )
    assert caught.value.request_id is not None
