"""The knobs over HTTP: ``POST /_control/<name>`` with a JSON object of the method's arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from website.demo.fake_stripe.buyer import NotPayableError
from website.demo.fake_stripe.errors import ApiError
from website.demo.fake_stripe.fake_stripe import FakeStripe
from website.demo.fake_stripe.loopback_only import require_loopback

_NOT_REMOTE = {"start", "stop", "transport"}


def control_endpoints(fake_stripe: FakeStripe) -> Blueprint:
    """Loopback only. Answers the method's result as JSON, or 400 with what was wrong."""
    pages = Blueprint("control", __name__)
    knobs = _controls(fake_stripe)

    @pages.post("/_control/<name>")
    def turn(name: str) -> Response | tuple[Response, int]:
        require_loopback()
        if name not in knobs:
            return jsonify(error=f"There is no knob {name}.", knobs=sorted(knobs)), 404
        arguments = request.get_json()
        try:
            return jsonify(knobs[name](*arguments.pop("args", ()), **arguments))
        except (ApiError, NotPayableError, KeyError, TypeError, TimeoutError) as problem:
            return jsonify(error=f"{type(problem).__name__}: {problem}"), 400

    return pages


def _controls(fake_stripe: FakeStripe) -> dict[str, Callable[..., Any]]:
    knobs = _methods(fake_stripe)
    knobs |= {f"webhooks.{name}": method for name, method in _methods(fake_stripe.webhooks).items()}
    knobs |= {f"api.{name}": method for name, method in _methods(fake_stripe.api).items()}
    knobs["api.requests"] = lambda: [vars(call) for call in fake_stripe.api.requests]
    return knobs


def _methods(holder: object) -> dict[str, Callable[..., Any]]:
    names = (name for name in dir(holder) if not name.startswith("_"))
    found = {name: getattr(holder, name) for name in names if name not in _NOT_REMOTE}
    return {name: method for name, method in found.items() if callable(method)}
