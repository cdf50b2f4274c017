"""What Stripe says when a permission is missing, in its newer and its older words."""

import pytest

from payments.stripe.permissions import missing_permission, new_key_url, without_keys

START = "The provided key 'rk_live_*********abcd' does not have the required permissions for this endpoint on account"


@pytest.mark.parametrize(
    ("message", "permission"),
    [
        (f"{START} 'acct_1'. Enabling Checkout Sessions Read ('checkout_session_read') permissions on this key "
         "would allow this request to continue.", "Checkout Sessions: Read"),
        (f"{START} 'acct_1'. Enabling \"Charges and Refunds Write\" ('charge_write') permissions on this key would "
         "allow this request to continue.", "Charges and Refunds: Write"),
        (f"{START} 'acct_1'. Having the 'rak_dispute_read' permission would allow this request to continue.",
         "Disputes: Read"),
        (f"{START} 'acct_1'. Having the 'rak_payment_method_read' permission would allow this request to continue.",
         "payment method: Read"),
        ("The API key provided does not allow requests from your IP address.", ""),
    ],
)  # fmt: skip
def test_the_missing_permission_is_named_as_the_dashboard_names_it(message: str, permission: str) -> None:
    assert missing_permission(message) == permission


def test_no_part_of_a_key_is_repeated() -> None:
    assert without_keys("Invalid API Key provided: sk_test_********abcd") == "Invalid API Key provided: …"


def test_the_form_for_a_new_key_is_filled_in() -> None:
    assert "permissions%5B%5D=rak_charge_write" in new_key_url(test=False)
    assert new_key_url(test=True).startswith("https://dashboard.stripe.com/test/apikeys/create?name=Carrel&")
