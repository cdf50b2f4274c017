"""A page that fails leaves a line in the log, and no way into anybody's account."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule

from carrel.tokens import Signer, new_token

pytestmark = pytest.mark.own_app

GIFT_CODE = "7KQ4M-XW2PA-9RTHC-3NEVB"
FAILURES = (ValueError, lambda text: OperationalError(text, {}, Exception(text)))


def token_rules(app: Flask) -> Iterator[tuple[Flask, str, Rule]]:
    """Every route of both apps that takes a token: its app, its prefix, and itself."""
    for application, prefix in ((app, ""), (app.extensions["admin"], "/admin")):
        yield from (
            (application, prefix, rule)
            for rule in application.url_map.iter_rules()
            if "token" in rule.arguments
        )


@pytest.mark.parametrize("failure", FAILURES, ids=["unforeseen", "database"])
def test_f4_no_token_of_a_route_is_logged_when_it_fails(
    app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str], failure: type[Exception]
) -> None:
    rules = list(token_rules(app))
    reached = 0
    for which, prefix, rule in rules:
        token = GIFT_CODE if "gift_code:" in rule.rule else new_token()
        path = rule.build({"token": token})
        assert path is not None

        def fail(token: str) -> str:
            raise failure(f"{path[1]} is wrong: {token}")  # noqa: B023 - called before the next turn

        fail.__dict__.update(
            which.view_functions[rule.endpoint].__dict__
        )  # what the operator's guard asks for
        which.view_functions[rule.endpoint] = fail
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        answer = client.open(prefix + path[1], method=method, headers={"Sec-Fetch-Site": "same-origin"})
        said = capsys.readouterr().err
        if answer.status_code < 500:
            assert (method, answer.status_code) == ("POST", 403), rule  # it has no CSRF token
            continue
        reached += 1
        assert "[token]" in said, rule
        assert token not in said, rule
    assert reached >= 8


def test_f4_a_signed_token_is_struck_out_whole(capsys: pytest.CaptureFixture[str], app: Flask) -> None:
    signed = Signer(["k" * 32]).sign("leaving", f"12-{new_token()}")

    def fail() -> str:
        raise ValueError(f"/newsletter/unsubscribe/{signed}")

    app.view_functions["pages.home"] = fail
    assert app.test_client().get("/").status_code == 500
    said = capsys.readouterr().err
    assert "/newsletter/unsubscribe/[token]" in said
    assert signed.rpartition(".")[2] not in said
