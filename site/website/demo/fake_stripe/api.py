"""The API under /v1: authentication, parameters, idempotency, the handler, and the response."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import stripe
from flask import Blueprint, Response, jsonify, request

from website.demo.fake_stripe import idempotency
from website.demo.fake_stripe.api_calls import API_METHODS, ApiMethod
from website.demo.fake_stripe.api_faults import ApiRequest
from website.demo.fake_stripe.asked_account import asked
from website.demo.fake_stripe.errors import ApiError, Json
from website.demo.fake_stripe.fake_stripe import FakeStripe
from website.demo.fake_stripe.form import Node, nest
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.params import read
from website.demo.fake_stripe.serialization import expanded

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")


class ConnectionDroppedError(Exception):
    """The connection is to be closed without an response."""


@dataclass(frozen=True)
class ApiResponse:
    """Status and body; ``replayed`` when they were saved under the idempotency key."""

    status: int
    body: Json
    replayed: bool = False


def blueprint() -> Blueprint:
    """All API methods."""
    pages = Blueprint("api", __name__)
    for method in API_METHODS:
        name = f"{method.http_method} {method.rule}".replace(".", "_")

        def view(object_id: str = "", method: ApiMethod = method) -> Response:
            return Api(asked()).respond(method, object_id)

        pages.add_url_rule(method.rule, name, view, methods=[method.http_method])
    return pages


class Api:
    """Runs API methods on the account, with the faults that a test has set."""

    def __init__(self, fake_stripe: FakeStripe) -> None:
        self._account = fake_stripe.account
        self._faults = fake_stripe.api
        self._keys = fake_stripe.keys

    def respond(self, method: ApiMethod, object_id: str) -> Response:
        """Run it for the current request. Raises `ConnectionDroppedError`."""
        call = ApiRequest(request.method, request.path)
        call.idempotency_key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        call.stripe_version = request.headers.get("Stripe-Version")
        self._faults.requests.append(call)
        if self._faults.take("drop_request", call):
            raise ConnectionDroppedError
        try:
            response = self._run(method, object_id, call)
        except ApiError as error:
            response = ApiResponse(error.status, error.body())
        call.status, call.replayed = response.status, response.replayed
        self._faults.pause("hold_response", call)
        if self._faults.take("drop_response", call):
            raise ConnectionDroppedError
        return _http_response(response, call)

    def _run(self, method: ApiMethod, object_id: str, call: ApiRequest) -> ApiResponse:
        self._keys.check()
        if call.stripe_version and not _VERSION.fullmatch(call.stripe_version):
            raise ApiError(f"Invalid Stripe API version: {call.stripe_version}")
        self._faults.raise_failure(call, saved=False)
        form = request.form if request.method == "POST" else request.args
        sent = nest(form.items(multi=True))
        call.params = dict(sent)
        call.params = read(method.params, sent)
        if call.idempotency_key is None:
            self._faults.pause("hold", call)
            return self._execute(method, object_id, call)
        return self._once(method, object_id, call, sent)

    def _once(self, method: ApiMethod, object_id: str, call: ApiRequest, sent: Node) -> ApiResponse:
        key = call.idempotency_key or ""
        with self._account.change():
            saved = idempotency.begin(self._account, key, f"{call.method} {call.path}", dict(sent))
        if saved is not None:
            return ApiResponse(saved["status"], saved["body"], replayed=True)
        self._faults.pause("hold", call)
        with self._account.change():
            try:
                response = self._execute(method, object_id, call)
            except BaseException:
                idempotency.release(self._account, key)
                raise
            idempotency.save_response(self._account, key, {"status": response.status, "body": response.body})
        return response

    def _execute(self, method: ApiMethod, object_id: str, call: ApiRequest) -> ApiResponse:
        with self._account.change():
            self._account.origin = {"id": new_id("req"), "idempotency_key": call.idempotency_key}
            try:
                self._faults.raise_failure(call, saved=True)
                result = method.handler(self._account, object_id, call.params)
                return ApiResponse(200, expanded(self._account, result, call.params.get("expand", [])))
            except ApiError as error:
                return ApiResponse(error.status, error.body())
            finally:
                self._account.origin = {"id": None, "idempotency_key": None}


def unknown_url() -> Response:
    """The response for an unknown URL."""
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    return _http_response(
        ApiResponse(404, ApiError(message).body()), ApiRequest(request.method, request.path)
    )


def _http_response(api_response: ApiResponse, call: ApiRequest) -> Response:
    response = jsonify(api_response.body)
    response.status_code = api_response.status
    headers: dict[str, Any] = {
        "Request-Id": new_id("req"),
        "Stripe-Version": call.stripe_version or stripe.api_version,
        "Idempotency-Key": call.idempotency_key,
        "Idempotent-Replayed": "true" if api_response.replayed else None,
    }
    for name, value in headers.items():
        if value is not None:
            response.headers[name] = value
    return response
