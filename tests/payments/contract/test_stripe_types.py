"""What the shop sends, held against the types that Stripe publishes with its library.

The calls of every test of payments are held against them too, when it ends: see the fixture `stripe_`.
"""

from typing import Any

import pytest
from stripe.params.checkout import SessionCreateParams

from tests.payments.contract.shop_params import params
from tests.payments.contract.test_shop_calls import SETTINGS, TAXES
from tests.payments.stripe_types import faults, untyped_calls
from website.demo.fake_stripe.api_faults import ApiRequest


@pytest.mark.parametrize("settings", SETTINGS + TAXES, ids=str)
def test_the_parameters_of_a_session_have_stripes_types(settings: dict[str, Any]) -> None:
    assert list(faults(SessionCreateParams, params(**settings))) == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"colour": "red"}, ".colour does not exist"),
        ({"mode": "donation"}, ".mode may not be 'donation'"),
        ({"automatic_tax": {}}, ".automatic_tax.enabled is missing"),
        ({"automatic_tax": {"enabled": "yes"}}, ".automatic_tax.enabled is 'yes', and must be bool"),
        (
            {"allowed_payment_method_types": ["papyal"]},
            ".allowed_payment_method_types[0] may not be 'papyal'",
        ),
        ({"metadata": {"order": 1}}, ".metadata.order is 1, and must be str"),
    ],
)
def test_the_walk_sees_what_is_wrong(wrong: dict[str, Any], fault: str) -> None:
    assert fault in list(faults(SessionCreateParams, params() | wrong))


def test_a_call_that_is_wrong_is_found() -> None:
    right = ApiRequest("POST", "/v1/refunds", {"payment_intent": "pi_1", "amount": 499}, status=200)
    wrong = ApiRequest("POST", "/v1/refunds", {"payment_intent": "pi_1", "reason": "tired"}, status=200)
    assert untyped_calls([right]) == []
    assert untyped_calls([right, wrong]) == ["POST /v1/refunds.reason may not be 'tired'"]
