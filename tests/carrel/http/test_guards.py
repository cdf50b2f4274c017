"""What stands before every view."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from carrel.db import Database
from carrel.http import guards
from carrel.services import make_services
from carrel.settings import Settings
from website.app import create_app

pytestmark = pytest.mark.own_app

EVIL = "https://evil.test"


def what_was_asked() -> str:
    """A view: the request, as the site takes it to be."""
    return f"{request.method} {request.url} by {request.remote_addr}"


@pytest.fixture
def app(app: Flask) -> Flask:
    """The site with one form of each kind."""
    app.add_url_rule("/asked", "asked", what_was_asked)
    app.add_url_rule("/form", "form", guards.csrf_token)
    app.add_url_rule("/act", "act", lambda: "done", methods=["POST"])
    app.add_url_rule("/subscribe-here", "newsletter.subscribe_here", lambda: "done", methods=["POST"])
    app.add_url_rule("/boom", "boom", lambda: str(1 / 0))
    return app


def token(client: FlaskClient) -> str:
    return client.get("/form").get_data(as_text=True)


def test_auth_12_our_own_form_with_its_token_is_accepted(client: FlaskClient) -> None:
    assert client.post("/act", data={"csrf_token": token(client)}).status_code == 200


def test_auth_12_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/act").status_code == 403


@pytest.mark.parametrize(
    "field", [{"reason": "a\0b"}, {"a\0b": "reason"}, {"file": (BytesIO(b"x"), "x"), "reason": "\0"}]
)
def test_a_form_with_nul_in_it_is_refused(client: FlaskClient, field: dict[str, Any]) -> None:
    assert client.post("/act", data={"csrf_token": token(client)} | field).status_code == 400
    assert client.post("/act", data={"csrf_token": token(client), "reason": "a\nb"}).status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "path", ["/exams/a%00b/", "/articles/a%00b/", "/study/a%00b/", "/no-such-page%00", "/series/%00/"]
)
def test_an_address_with_nul_in_it_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": "http://carrel.test"},
        {"Origin": "https://carrel.test.evil.test"},
        {"Origin": "", "Referer": EVIL},
        {"Origin": ""},
        {"Origin": "https://carrel.test", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://carrel.test", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_auth_12_a_form_from_elsewhere_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/act", data={"csrf_token": token(client)}, headers=headers).status_code == 403


def test_auth_12_a_token_of_one_session_serves_no_other(client: FlaskClient) -> None:
    foreign = token(client)
    client.set_cookie("__Host-carrel_session", "alice", domain="carrel.test", secure=True)
    assert client.post("/act", data={"csrf_token": foreign}).status_code == 403
    assert client.post("/act", data={"csrf_token": token(client)}).status_code == 200


def test_auth_12_the_lists_of_exceptions_are_frozen() -> None:
    assert {
        "payments.webhook",
        "bounces.webhook",
        "newsletter.one_click",
        "csp.report",
    } == guards.ORIGIN_EXEMPT
    assert {
        "newsletter.subscribe",
        "ads.seen",
        "practice.check",
        "study_log.tell",
        "study_report.report",
    } == guards.TOKEN_EXEMPT


@pytest.mark.parametrize("host", ["evil.test", "carrel.test:8000", "127.0.0.1", "carrel.test.evil.test"])
def test_web_06_another_host_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/form", headers={"Host": host}).status_code == 421


SPOOFED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.test",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.9;proto=http;host=evil.test",
    "X-Original-URL": "/act",
    "X-HTTP-Method-Override": "POST",
}


@pytest.mark.parametrize("header", SPOOFED)
def test_auth_14_a_header_that_no_proxy_of_ours_set_changes_nothing(client: FlaskClient, header: str) -> None:
    answer = client.get("/asked", headers={header: SPOOFED[header]})
    assert answer.text == "GET https://carrel.test/asked by 127.0.0.1"


def test_auth_14_a_proxy_of_ours_says_by_whom_and_how_we_were_asked_and_nothing_more(
    settings: Settings, db: Database
) -> None:
    app = create_app(make_services(settings.model_copy(update={"proxies": 1}), db))
    app.add_url_rule("/asked", "asked", what_was_asked)
    answer = app.test_client().get(
        "/asked", base_url="http://carrel.test", headers=SPOOFED | {"X-Forwarded-Proto": "https"}
    )
    assert answer.text == "GET https://carrel.test/asked by 203.0.113.9"


def test_con_12_a_failure_shows_a_sentence_and_no_trace(client: FlaskClient) -> None:
    answer = client.get("/boom")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "Traceback" not in answer.text
    assert "ZeroDivisionError" not in answer.text
