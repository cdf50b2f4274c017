"""The dashboard, which only this machine can reach."""

import http.client
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.website.demo.fake_stripe.receiver import Receiver
from website.demo.fake_stripe import FakeStripe, asked_account
from website.demo.fake_stripe.app import shared_app


def request(fake_stripe: FakeStripe, path: str, body: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(fake_stripe.base_url).netloc, timeout=10)
    connection.request("POST", path, body, {name.replace("_", "-"): v for name, v in headers.items()})
    response = connection.getresponse()
    return response.status, response.read().decode()


def press(fake_stripe: FakeStripe, action: str, **form: str) -> tuple[int, str]:
    return request(
        fake_stripe, f"/do/{action}", urlencode(form), Content_Type="application/x-www-form-urlencoded"
    )


@pytest.fixture
def pages(fake_stripe: FakeStripe) -> FlaskClient:
    client = shared_app().test_client()
    asked_account.ask(client.environ_base, fake_stripe)
    return client


def test_the_page_lists_every_purchase_with_what_the_bank_can_do(pages: FlaskClient, paid: str) -> None:
    text = pages.get("/").text
    assert "A pass, $4.99" in text
    assert "buyer@example.com" in text
    assert "Refund in full" in text
    assert "Open dispute" in text
    assert "checkout.session.completed" in text


def test_an_empty_page_says_so(pages: FlaskClient) -> None:
    assert "No Checkout Sessions yet." in pages.get("/").text


def test_the_buttons_refund_dispute_and_close(fake_stripe: FakeStripe, pages: FlaskClient, paid: str) -> None:
    assert press(fake_stripe, "refund-part", id=paid, amount="1,50")[0] == 303
    assert fake_stripe.charge_of(paid)["amount_refunded"] == 150
    assert press(fake_stripe, "dispute", id=paid)[0] == 303
    dispute = fake_stripe.events("charge.dispute.created")[0]["data"]["object"]["id"]
    assert "Close dispute: won" in pages.get("/").text
    assert press(fake_stripe, "won", id=dispute)[0] == 303
    assert fake_stripe.get(dispute)["status"] == "won"
    assert press(fake_stripe, "refund", id=paid)[0] == 303
    assert fake_stripe.charge_of(paid)["refunded"] is True
    refund = fake_stripe.events("refund.created")[0]["data"]["object"]["id"]
    assert press(fake_stripe, "fail-refund", id=refund)[0] == 303
    assert fake_stripe.charge_of(paid)["amount_refunded"] == 349


def test_a_button_that_cannot_work_says_why(fake_stripe: FakeStripe, paid: str) -> None:
    status, text = press(fake_stripe, "refund-part", id=paid, amount="99")
    assert (status, "greater than charge amount ($4.99)" in text) == (409, True)
    status, text = press(fake_stripe, "refund-part", id=paid, amount="a lot")
    assert (status, "is not an amount" in text) == (409, True)
    assert press(fake_stripe, "settle", id=paid)[0] == 409
    assert press(fake_stripe, "refund", id="cs_nothing")[0] == 404
    assert press(fake_stripe, "explode", id=paid)[0] == 404


def test_an_event_can_be_sent_again(fake_stripe: FakeStripe, receiver: Receiver, paid: str) -> None:
    fake_stripe.webhooks.drain()
    before = len(receiver.bodies)
    press(fake_stripe, "resend", id=fake_stripe.events()[-1]["id"])
    fake_stripe.webhooks.drain()
    assert len(receiver.bodies) == before + 1


@pytest.mark.parametrize("path", ["/", "/do/refund"])
def test_nobody_else_gets_at_it(pages: FlaskClient, paid: str, path: str) -> None:
    method = "GET" if path == "/" else "POST"
    others: list[dict[str, Any]] = [
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Origin": "https://evil.example"}},
    ]
    for other in others:
        assert pages.open(path, method=method, json={"session": paid}, **other).status_code == 403
