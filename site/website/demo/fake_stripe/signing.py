"""The body and the signature of a webhook (docs.stripe.com/webhooks#verify-manually)."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import stripe

from website.demo.fake_stripe.errors import Json
from website.demo.fake_stripe.serialization import snapshot


def webhook_body(event: Json, patch: Json | None = None) -> bytes:
    """The event as it is sent; ``patch`` (RFC 7396) changes, adds, and, with None, removes fields."""
    shown = merge_patch(snapshot(event), patch) if patch else snapshot(event)
    return json.dumps(shown, indent=2).encode()


def webhook_headers(body: bytes, secrets: Sequence[str], age: float = 0) -> dict[str, str]:
    """Stripe's headers, with a ``v1=`` signature by each secret, made ``age`` seconds ago."""
    at = int(time.time() - age)
    signatures = [_signature(body, secret, at) for secret in secrets]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": ",".join([f"t={at}", *signatures]),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }


def merge_patch(target: Json, patch: Json) -> Json:
    """JSON merge patch (RFC 7396): objects are merged, None removes, all else replaces."""
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict):
            inner = target.get(name)
            target[name] = merge_patch(inner if isinstance(inner, dict) else {}, value)
        else:
            target[name] = value
    return target


def _signature(body: bytes, secret: str, at: int) -> str:
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)
    return str(header).partition(",")[2]
