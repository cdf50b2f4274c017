"""The body and the signature of a webhook (docs.stripe.com/webhooks#verify-manually)."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import stripe

from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.views import snapshot


def body_of(event: Json, patch: Json | None = None) -> bytes:
    """The event as it is sent; ``patch`` (RFC 7396) changes, adds and, with None, removes fields."""
    shown = merged(snapshot(event), patch) if patch else snapshot(event)
    return json.dumps(shown, indent=2).encode()


def headers_of(body: bytes, secrets: Sequence[str], age: float = 0) -> dict[str, str]:
    """Stripe's headers with one ``v1=`` for each secret, signed ``age`` seconds ago."""
    at = int(time.time() - age)
    signatures = [_signature(body, secret, at) for secret in secrets]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": ",".join([f"t={at}", *signatures]),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }


def merged(target: Json, patch: Json) -> Json:
    """JSON merge patch (RFC 7396): objects are merged, None removes, all else replaces."""
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict):
            inner = target.get(name)
            target[name] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            target[name] = value
    return target


def _signature(body: bytes, secret: str, at: int) -> str:
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)
    return str(header).partition(",")[2]
