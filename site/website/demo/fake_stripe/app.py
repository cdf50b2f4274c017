"""The Flask app of the fake Stripe: the API, the payment page, and the dashboard."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from website.demo.fake_stripe import api, asked_account
from website.demo.fake_stripe.api import ConnectionDroppedError, unknown_url
from website.demo.fake_stripe.checkout_page import checkout_pages
from website.demo.fake_stripe.dashboard import dashboard
from website.demo.fake_stripe.fake_stripe import FakeStripe
from website.demo.fake_stripe.money import format_amount

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


def app_of(fake_stripe: FakeStripe) -> WSGIApplication:
    """The app, asked about this account."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked_account.ask(environ, fake_stripe)
        return shared_app()(environ, start_response)

    return answer


@cache
def shared_app() -> Flask:
    """The app of all accounts."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for pages in (api.blueprint(), checkout_pages(), dashboard()):
        app.register_blueprint(pages)
    app.register_error_handler(ConnectionDroppedError, _drop_connection)
    app.register_error_handler(404, _missing)
    app.add_template_filter(format_amount, "price")
    app.add_template_filter(_moment, "moment")
    app.after_request(_protect)
    return app


def _drop_connection(_: ConnectionDroppedError) -> Response:
    connection = request.environ.get("werkzeug.socket")
    if connection is None:
        raise ConnectionResetError("the connection was dropped")
    connection.shutdown(2)
    return Response()  # never sent: the connection is closed


def _missing(error: Exception) -> Response:
    if request.path.startswith("/v1"):
        return unknown_url()
    return Response("There is nothing here.", 404, mimetype="text/plain")


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _moment(at: int) -> str:
    return f"{datetime.datetime.fromtimestamp(at, datetime.UTC):%d %B %Y, %H:%M} UTC"
