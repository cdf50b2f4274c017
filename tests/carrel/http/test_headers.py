"""Headers of every response."""

import pytest
from flask.testing import FlaskClient

from carrel.services import Services


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/nothing.css"])
def test_asvs_3_4_every_response_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Referrer-Policy" in headers


def test_web_01_what_says_nothing_is_kept_by_nobody(client: FlaskClient) -> None:
    assert client.get("/nowhere").headers["Cache-Control"] == "private, no-store"


def test_decision_5_the_form_to_checkout_may_lead_to_stripe(client: FlaskClient) -> None:
    assert (
        "form-action 'self' https://checkout.stripe.com" in client.get("/").headers["Content-Security-Policy"]
    )


def test_a_domain_of_ones_own_for_checkout_is_let_through(client: FlaskClient, services: Services) -> None:
    settings = services.settings.model_copy(update={"checkout_host": "pay.example.org"})
    object.__setattr__(services, "settings", settings)
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "form-action 'self' https://pay.example.org;" in policy


def test_a_version_is_told_to_nobody(client: FlaskClient) -> None:
    assert "Server" not in client.get("/nowhere").headers
