"""The person's page and the knobs over HTTP: only for this machine."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.support.receiver import Receiver
from website.demo.fake_stripe import Standin
from website.demo.fake_stripe.app import create_app


def request(standin: Standin, path: str, body: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(standin.base_url).netloc, timeout=10)
    connection.request("POST", path, body, {name.replace("_", "-"): v for name, v in headers.items()})
    response = connection.getresponse()
    return response.status, response.read().decode()


def press(standin: Standin, action: str, **form: str) -> tuple[int, str]:
    return request(
        standin, f"/do/{action}", urlencode(form), Content_Type="application/x-www-form-urlencoded"
    )


def turn(standin: Standin, knob: str, **arguments: Any) -> tuple[int, Any]:
    status, text = request(
        standin, f"/_control/{knob}", json.dumps(arguments), Content_Type="application/json"
    )
    return status, json.loads(text)


@pytest.fixture
def pages(standin: Standin) -> FlaskClient:
    return create_app(standin).test_client()


def test_the_page_lists_every_purchase_with_what_the_bank_can_do(pages: FlaskClient, paid: str) -> None:
    text = pages.get("/").text
    assert "A pass, $4.99" in text
    assert "buyer@example.com" in text
    assert "Refund in full" in text
    assert "Open dispute" in text
    assert "checkout.session.completed" in text


def test_an_empty_page_says_so(pages: FlaskClient) -> None:
    assert "Nobody has tried to buy yet." in pages.get("/").text


def test_the_buttons_refund_dispute_and_close(standin: Standin, pages: FlaskClient, paid: str) -> None:
    assert press(standin, "refund-part", id=paid, amount="1,50")[0] == 303
    assert standin.charge_of(paid)["amount_refunded"] == 150
    assert press(standin, "dispute", id=paid)[0] == 303
    dispute = standin.events("charge.dispute.created")[0]["data"]["object"]["id"]
    assert "Close dispute: won" in pages.get("/").text
    assert press(standin, "won", id=dispute)[0] == 303
    assert standin.get(dispute)["status"] == "won"
    assert press(standin, "refund", id=paid)[0] == 303
    assert standin.charge_of(paid)["refunded"] is True
    refund = standin.events("refund.created")[0]["data"]["object"]["id"]
    assert press(standin, "fail-refund", id=refund)[0] == 303
    assert standin.charge_of(paid)["amount_refunded"] == 349


def test_a_button_that_cannot_work_says_why(standin: Standin, paid: str) -> None:
    status, text = press(standin, "refund-part", id=paid, amount="99")
    assert (status, "greater than charge amount ($4.99)" in text) == (409, True)
    status, text = press(standin, "refund-part", id=paid, amount="a lot")
    assert (status, "is not an amount" in text) == (409, True)
    assert press(standin, "settle", id=paid)[0] == 409
    assert press(standin, "refund", id="cs_nothing")[0] == 404
    assert press(standin, "explode", id=paid)[0] == 404


def test_an_event_can_be_sent_again(standin: Standin, receiver: Receiver, paid: str) -> None:
    standin.webhooks.drain()
    before = len(receiver.bodies)
    press(standin, "resend", id=standin.events()[-1]["id"])
    standin.webhooks.drain()
    assert len(receiver.bodies) == before + 1


def test_every_knob_can_be_turned_over_http(standin: Standin, new_session: Any) -> None:
    session = new_session().id
    assert turn(standin, "webhooks.drop_all")[0] == 200
    status, paid = turn(standin, "pay", session=session, email="ada@example.com", amount=1)
    assert (status, paid["amount_total"]) == (200, 1)
    assert turn(standin, "webhooks.resend_undelivered")[0] == 200
    turn(standin, "api.fail", status=500, path="/v1/refunds")
    assert turn(standin, "api.requests")[1][0]["path"] == "/v1/checkout/sessions"
    assert turn(standin, "refund", payment=session)[1]["amount"] == 1


def test_a_knob_that_is_not_there_or_wrongly_turned_is_refused(standin: Standin, paid: str) -> None:
    assert turn(standin, "explode")[0] == 404
    assert turn(standin, "stop")[0] == 404
    assert turn(standin, "pay", session=paid)[0] == 400
    assert turn(standin, "pay", cession=paid)[0] == 400


@pytest.mark.parametrize("path", ["/", "/do/refund", "/_control/pay"])
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
