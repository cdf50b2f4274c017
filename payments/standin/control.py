"""The knobs over HTTP: ``POST /_control/<name>`` with a JSON object of the method's arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from payments.standin.buyer import NotPayable
from payments.standin.errors import ApiError
from payments.standin.guard import only_from_here
from payments.standin.standin import Standin

_OWN = """pay pay_later pay_nothing decline settle fail expire forget foreign_sale refund
    settle_refund fail_refund cancel_refund open_dispute update_dispute close_dispute get sessions
    events change emit advance refunds_start_as calm""".split()
_WEBHOOKS = """to drain drop_all drop_next double_all delay hold release sign_with sign_aged
    patch_events calm resend resend_undelivered send send_together""".split()
_API = "fail cut cut_before slow down up calm requests".split()


def control(standin: Standin) -> Blueprint:
    """Loopback only. Answers the method's result as JSON, or 400 with what was wrong."""
    pages = Blueprint("control", __name__)
    knobs = _knobs(standin)

    @pages.post("/_control/<name>")
    def turn(name: str) -> Response | tuple[Response, int]:
        only_from_here()
        if name not in knobs:
            return jsonify(error=f"There is no knob {name}.", knobs=sorted(knobs)), 404
        arguments = request.get_json()
        try:
            return jsonify(knobs[name](*arguments.pop("args", ()), **arguments))
        except (ApiError, NotPayable, KeyError, TypeError, TimeoutError) as problem:
            return jsonify(error=f"{type(problem).__name__}: {problem}"), 400

    return pages


def _knobs(standin: Standin) -> dict[str, Callable[..., Any]]:
    knobs = {name: getattr(standin, name) for name in _OWN}
    knobs |= {f"webhooks.{name}": getattr(standin.webhooks, name) for name in _WEBHOOKS}
    knobs |= {f"api.{name}": getattr(standin.api, name) for name in _API}
    knobs["api.requests"] = lambda: [vars(call) for call in standin.api.requests]
    return knobs
