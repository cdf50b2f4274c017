"""Numbers, origins and JSON that no browser of a reader sends: an attacker wants our stack trace, or an alarm."""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import flask
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from carrel.db import Database
from carrel.http import guards
from carrel.http.routing import LARGEST_ID
from carrel.settings import Settings
from payments.models import StripeEvent
from tests.support.browser import forms_of
from tests.support.operators import signed_in
from tests.website.test_routes import SAMPLES
from website.demo.fake_stripe.signing import webhook_headers

TOO_LARGE = [str(number) for number in (LARGEST_ID + 1, 2**32, 2**63 - 1, 2**63, 2**64, 10**40)]
ODD = [*TOO_LARGE, "-1", "-" + "9" * 30, "9" * 5000, "1e400", "NaN", "\u0663", "0x10", " 1", "1\0"]
ODD_DATES = ["9999-12-31T23:59", "0001-01-01T00:00", "9999-12-31", "0001-01-01", "2026-02-30"]
ODD_ORIGINS = [
    "http://[::1",
    "http://]",
    "http://[x]",
    "http://a\u2100b",
    "null",
    "://",
    "https://carrel.test:99999999",
]
ARGUMENT = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
DEEP = '{"a":' * 20_000
QUERY = ("page", "asked", "first", "last", "sort", "q", "by", "ad")
FIELDS = (
    "key",
    "weight",
    "cap",
    "price_cents_per_thousand",
    "page",
    "order",
    "code",
    "email",
    "name",
    "reason",
    "q",
)
ODD_IN_FORMS = [str(2**31), str(2**63), "9" * 5000, "-1", "1\0"]
DATES = ("starts_at", "ends_at")


def rules(app: Flask, method: str) -> Iterator[tuple[str, Rule]]:
    """Every route that takes this method, the operators' too, with what stands before its path."""
    apps: list[tuple[str, Flask]] = [("", app), ("/admin", app.extensions["admin"])]
    for prefix, each in apps:
        yield from ((prefix, rule) for rule in each.url_map.iter_rules() if method in (rule.methods or set()))


def path_of(prefix: str, rule: Rule, number: str = "1") -> str:
    """A path of a route, with this number in place of each number of its own."""
    return prefix + ARGUMENT.sub(
        lambda found: number if found[1] == "int" else SAMPLES.get(found[2], "1"), rule.rule
    )


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_attacker_wants_a_number_that_no_database_holds_to_reach_one(app: Flask, method: str) -> None:
    operator = signed_in(app)
    token = forms_of(operator.get("/admin/"))[0].fields["csrf_token"]
    found = [(prefix, rule) for prefix, rule in rules(app, method) if "<int:" in rule.rule]
    assert len(found) >= 5
    for prefix, rule in found:
        for number in TOO_LARGE:
            path = path_of(prefix, rule, number)
            answer = operator.client.open(
                path, method=method, data={"csrf_token": token} if method == "POST" else None
            )
            assert answer.status_code in {404, 405}, (method, path)


class NotingRequest(flask.Request):
    """A request that notes whether anybody reads what its address asks for."""

    reads: ClassVar[set[str]] = set()

    @property
    def args(self) -> Any:
        """The arguments, as ever."""
        self.reads.add("args")
        return super().args

    @property
    def query_string(self) -> bytes:
        """The same before it is taken apart; whole addresses are made of it."""
        self.reads.add("query")
        return self._query

    @query_string.setter
    def query_string(self, value: bytes) -> None:
        self._query = value


@pytest.mark.sweep
def test_an_attacker_wants_an_odd_number_in_an_address_to_be_our_mistake(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first odd number is not even read, the others could do nothing either."""
    for each in (app, app.extensions["admin"]):
        monkeypatch.setattr(each, "request_class", NotingRequest)
    operator, read = signed_in(app), 0
    for prefix, rule in rules(app, "GET"):
        for odd in (*ODD, *ODD_DATES):
            NotingRequest.reads.clear()
            answer = operator.client.get(path_of(prefix, rule), query_string=dict.fromkeys(QUERY, odd))
            assert answer.status_code != 500, (rule, odd)
            if not NotingRequest.reads:
                break
        else:
            read += 1
    assert read > 10, "tables, lists, search and sign-in pages read what is asked"


@pytest.mark.sweep
def test_an_attacker_wants_an_odd_number_in_a_form_to_be_our_mistake(app: Flask) -> None:
    for prefix, rule in rules(app, "POST"):
        sender = signed_in(app)
        token = forms_of(sender.get("/admin/ads/new" if prefix else "/sign-in/"))[0].fields["csrf_token"]
        for odd, date in zip(ODD_IN_FORMS, ODD_DATES, strict=True):
            fields = {"csrf_token": token} | dict.fromkeys(FIELDS, odd) | dict.fromkeys(DATES, date)
            if "passkey" in rule.rule:
                fields["credential"] = DEEP
            answer = sender.post(path_of(prefix, rule), fields, follow=False)
            assert answer.status_code != 500, (rule, odd, date)


def test_an_attacker_wants_an_ad_to_begin_where_time_ends(app: Flask) -> None:
    operator = signed_in(app)
    token = forms_of(operator.get("/admin/"))[0].fields["csrf_token"]
    for date, status in (*((date, 422) for date in ODD_DATES), ("2026-12-01T08:00", 303)):
        fields = {"csrf_token": token, "kind": "text", "name": date, "title": "A", "url": "/pass/"}
        fields |= {"label": "Advertisement", "starts_at": date}
        answer = operator.post("/admin/ads/new", fields, follow=False)
        assert answer.status_code == status, date


@pytest.mark.parametrize("origin", ODD_ORIGINS)
def test_an_attacker_wants_an_origin_that_is_no_address_to_be_our_mistake(app: Flask, origin: str) -> None:
    sent = {"Origin": origin.encode().decode("latin-1")}
    for prefix, rule in rules(app, "POST"):
        if prefix + rule.endpoint in guards.ORIGIN_EXEMPT:
            continue
        assert signed_in(app).client.post(path_of(prefix, rule), headers=sent).status_code == 403, rule


@pytest.mark.parametrize("referrer", ODD_ORIGINS)
def test_an_attacker_wants_a_referrer_that_is_no_address_to_be_our_mistake(
    client: FlaskClient, app: Flask, referrer: str
) -> None:
    sent = {"Referer": referrer.encode().decode("latin-1")}
    fields = {"email": "ada@carrel.test"}
    for prefix, rule in rules(app, "POST"):
        answer = client.post(path_of(prefix, rule), data=fields, headers=sent)
        assert answer.status_code != 500, rule


@pytest.mark.parametrize(
    "body", [b'{"a":' * 40_000, b"[" * 100_000, b"9" * 100_000, b'{"id":' + b"9" * 5_000 + b"}"]
)
def test_an_attacker_with_the_secret_wants_deep_json_to_be_our_mistake(
    client: FlaskClient, settings: Settings, db: Database, body: bytes
) -> None:
    secrets = [secret.get_secret_value() for secret in settings.stripe_webhook_secret]
    answer = client.post("/webhooks/stripe", data=body, headers=webhook_headers(body, secrets, 0))
    assert answer.status_code == 400
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(StripeEvent)) == 0
