"""The stand-in's Flask app: the API, the hosted page, the person's page and the knobs."""

from __future__ import annotations

import datetime

from flask import Flask, Response, request

from website.demo.fake_stripe.api import Api, ConnectionCutError, unknown_url
from website.demo.fake_stripe.checkout_page import checkout_pages
from website.demo.fake_stripe.control import control_endpoints
from website.demo.fake_stripe.dashboard import dashboard
from website.demo.fake_stripe.fake_stripe import FakeStripe
from website.demo.fake_stripe.money import format_amount

_POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


def create_app(fake_stripe: FakeStripe) -> Flask:
    """All of it, for one account."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(Api(fake_stripe.world, fake_stripe.api, fake_stripe.api_key).blueprint())
    app.register_blueprint(checkout_pages(fake_stripe.world))
    app.register_blueprint(dashboard(fake_stripe))
    app.register_blueprint(control_endpoints(fake_stripe))
    app.register_error_handler(ConnectionCutError, _cut)
    app.register_error_handler(404, _missing)
    app.add_template_filter(format_amount, "price")
    app.add_template_filter(_moment, "moment")
    app.after_request(_protect)
    return app


def _cut(_: ConnectionCutError) -> Response:
    connection = request.environ.get("werkzeug.socket")
    if connection is None:
        raise ConnectionResetError("the line was cut")
    connection.shutdown(2)
    return Response()  # nobody hears it: the line is closed


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
