"""The API under /v1: key, parameters, idempotency, the verb, and the answer in Stripe's form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import stripe
from flask import Blueprint, Response, jsonify, request

from website.demo.fake_stripe import idempotency
from website.demo.fake_stripe.account_state import AccountState
from website.demo.fake_stripe.api_calls import API_METHODS, ApiMethod
from website.demo.fake_stripe.errors import ApiError, Json, unauthorized
from website.demo.fake_stripe.faults import ApiFaults, ApiRequest
from website.demo.fake_stripe.form import Node, nest
from website.demo.fake_stripe.ids import new_id
from website.demo.fake_stripe.params import read
from website.demo.fake_stripe.views import expanded

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")


class ConnectionCutError(Exception):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True)
class ApiResponse:
    """Status and body; ``replayed`` when it was given before under the same key."""

    status: int
    body: Json
    replayed: bool = False


class Api:
    """Runs calls against the world, with the faults that a test has set."""

    def __init__(self, world: AccountState, faults: ApiFaults, api_key: str) -> None:
        self._world = world
        self._faults = faults
        self._api_key = api_key

    def blueprint(self) -> Blueprint:
        """Every endpoint of the table."""
        pages = Blueprint("api", __name__)
        for endpoint in API_METHODS:
            name = f"{endpoint.method} {endpoint.rule}".replace(".", "_")

            def view(ident: str = "", endpoint: ApiMethod = endpoint) -> Response:
                return self._answer(endpoint, ident)

            pages.add_url_rule(endpoint.rule, name, view, methods=[endpoint.method])
        return pages

    def _answer(self, endpoint: ApiMethod, ident: str) -> Response:
        call = ApiRequest(request.method, request.path)
        call.idempotency_key = request.headers.get("Idempotency-Key") if _unsafe() else None
        call.stripe_version = request.headers.get("Stripe-Version")
        self._faults.requests.append(call)
        if self._faults.take("cut_before", call):
            raise ConnectionCutError
        try:
            answer = self._run(endpoint, ident, call)
        except ApiError as error:
            answer = ApiResponse(error.status, error.body())
        call.status, call.replayed = answer.status, answer.replayed
        self._faults.pause_in("hold_answer", call)
        if self._faults.take("cut", call):
            raise ConnectionCutError
        return _response(answer, call)

    def _run(self, endpoint: ApiMethod, ident: str, call: ApiRequest) -> ApiResponse:
        check_key(self._api_key)
        _check_version(call.stripe_version)
        self._faults.raise_failure(call, saved=False)
        sent = nest(_pairs())
        call.params = dict(sent)
        call.params = read(endpoint.params, sent)
        if call.idempotency_key is None:
            self._faults.pause(call)
            return self._execute(endpoint, ident, call)
        return self._once(endpoint, ident, call, sent)

    def _once(self, endpoint: ApiMethod, ident: str, call: ApiRequest, sent: Node) -> ApiResponse:
        key = call.idempotency_key or ""
        with self._world.change():
            known = idempotency.begin(self._world, key, f"{call.method} {call.path}", dict(sent))
        if known is not None:
            return ApiResponse(known["status"], known["body"], replayed=True)
        self._faults.pause(call)
        with self._world.change():
            try:
                answer = self._execute(endpoint, ident, call)
            except BaseException:
                idempotency.release(self._world, key)
                raise
            idempotency.save_response(self._world, key, {"status": answer.status, "body": answer.body})
        return answer

    def _execute(self, endpoint: ApiMethod, ident: str, call: ApiRequest) -> ApiResponse:
        with self._world.change():
            self._world.origin = {"id": new_id("req"), "idempotency_key": call.idempotency_key}
            try:
                self._faults.raise_failure(call, saved=True)
                found = endpoint.verb(self._world, ident, call.params)
                return ApiResponse(200, expanded(self._world, found, call.params.get("expand", [])))
            except ApiError as error:
                return ApiResponse(error.status, error.body())
            finally:
                self._world.origin = {"id": None, "idempotency_key": None}


def check_key(api_key: str) -> None:
    """Bearer or Basic, as Stripe takes both. Raises ApiError 401; live keys never pass."""
    auth = request.authorization
    sent = (auth.token or auth.username) if auth else None
    if not sent:
        raise unauthorized("You did not provide an API key in the Authorization header.")
    if sent != api_key or "_test_" not in sent:
        raise unauthorized(f"Invalid API Key provided: {sent[:8] if len(sent) > 16 else ''}***")


def unknown_url() -> Response:
    """What the API answers where there is nothing."""
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    return _response(ApiResponse(404, ApiError(message).body()), ApiRequest(request.method, request.path))


def _check_version(version: str | None) -> None:
    if version and not _VERSION.fullmatch(version):
        raise ApiError(f"Invalid Stripe API version: {version}")


def _unsafe() -> bool:
    return request.method == "POST"


def _pairs() -> list[tuple[str, str]]:
    sent = request.form if _unsafe() else request.args
    return list(sent.items(multi=True))


def _response(answer: ApiResponse, call: ApiRequest) -> Response:
    response = jsonify(answer.body)
    response.status_code = answer.status
    headers: dict[str, Any] = {
        "Request-Id": new_id("req"),
        "Stripe-Version": call.stripe_version or stripe.api_version,
        "Idempotency-Key": call.idempotency_key,
        "Idempotent-Replayed": "true" if answer.replayed else None,
    }
    for name, value in headers.items():
        if value is not None:
            response.headers[name] = value
    return response
