"""Parsing events, and what is stored of them."""

import json
from typing import Any

import pytest

from payments.stripe.events import MalformedEventError, parse_envelope, parse_event
from payments.stripe.schemas import StripeResponseError

BUYER = {"email": "ada@example.com", "name": "Ada"}


def event(obj: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    default = {"id": "cs_test_1", "object": "checkout.session", "customer_details": BUYER} | (obj or {})
    head = {"id": "evt_1", "type": "checkout.session.completed", "created": 1, "livemode": False}
    return head | {"data": {"object": default}} | changes


def test_pay_30_nothing_about_the_buyer_is_kept() -> None:
    metadata = {"order": "r", "site": "s", "note": "from ada@example.com"}
    body = parse_event(event({"metadata": metadata, "client_reference_id": "r"})).stored_body()
    assert "ada" not in json.dumps(body)
    assert body["marks"] == {"order": "r", "site": "s"}


def test_pay_15_what_a_later_version_adds_is_ignored() -> None:
    assert parse_event(event(api_version="2031-01-01.fig", brand_new=1)).data.object.id == "cs_test_1"


@pytest.mark.parametrize("name", ["created", "livemode", "type", "id", "data"])
def test_pf_30_a_missing_field_is_a_failure(name: str) -> None:
    whole = event()
    del whole[name]
    with pytest.raises(StripeResponseError):
        parse_event(whole)


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b'"text"', b"{", b"null", b'{"id": NaN', b"\xff"])
def test_what_is_no_object_is_hostile(body: bytes) -> None:
    with pytest.raises(MalformedEventError):
        parse_envelope(body)


@pytest.mark.parametrize(
    "bad", ["evt_1'; DROP TABLE payment; --", "", "evt 1", "evt_1\x00", "é", "x" * 256, "../../etc/passwd"]
)
def test_hostile_ids_are_refused(bad: str) -> None:
    with pytest.raises(MalformedEventError):
        parse_envelope(json.dumps(event(id=bad)).encode())
    for name in ("id", "payment_intent", "object"):
        with pytest.raises(MalformedEventError):
            parse_event(event({name: bad}))
