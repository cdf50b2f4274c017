"""Serving the fake Stripe, and what survives a restart."""

from pathlib import Path
from time import sleep
from typing import Any

import pytest
import stripe

from tests.website.demo.fake_stripe.conftest import client_of, pass_order
from tests.website.demo.fake_stripe.receiver import Receiver
from website.demo.fake_stripe import FakeStripe, running_fake_stripe


def test_a_restart_keeps_sessions_refunds_and_idempotency_keys(tmp_path: Path) -> None:
    state = tmp_path / "deeper" / "stripe.db"
    with running_fake_stripe(state=state) as first:
        client = client_of(first)
        paid = client.v1.checkout.sessions.create(pass_order(), {"idempotency_key": "order-1"}).id
        opened = client.v1.checkout.sessions.create(pass_order()).id
        first.pay(paid)
        refund = first.refund(paid, amount=100)["id"]
    with running_fake_stripe(state=state) as second:
        client = client_of(second)
        again = client.v1.checkout.sessions.create(pass_order(), {"idempotency_key": "order-1"})
        assert (again.id, client.v1.refunds.retrieve(refund).amount) == (paid, 100)
        assert second.charge_of(paid)["receipt_url"].startswith(second.base_url)
        assert client.v1.checkout.sessions.retrieve(opened).url == f"{second.base_url}/pay/{opened}"
        assert [s["id"] for s in second.sessions()] == [paid, opened]


def test_what_was_not_delivered_before_a_restart_is_delivered_after_it(
    tmp_path: Path, receiver: Receiver
) -> None:
    state = tmp_path / "stripe.db"
    with running_fake_stripe(state=state, webhook_url="http://127.0.0.1:1/", retry_delays=()) as first:
        first.sell_unrelated_product()
        first.webhooks.drain()
    with running_fake_stripe(
        state=state, webhook_url=receiver.url, webhook_secrets=[receiver.secret]
    ) as second:
        second.webhooks.drain()
    assert receiver.types()[-1] == "checkout.session.completed"


def test_a_key_whose_call_was_killed_halfway_is_free_after_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "stripe.db"
    with running_fake_stripe(state=state) as first, first.account.change() as store:
        half: dict[str, Any] = {
            "call": "POST /v1/checkout/sessions",
            "params": {},
            "answer": None,
            "created": first.account.now(),
        }
        store.save({"id": "idempotency_key order-1", "object": "idempotency_key"} | half)
    with running_fake_stripe(state=state) as second:
        made = client_of(second).v1.checkout.sessions.create(pass_order(), {"idempotency_key": "order-1"})
        assert made.status == "open"


def test_it_stops_while_webhooks_are_still_waiting(receiver: Receiver) -> None:
    with running_fake_stripe(webhook_url=receiver.url) as fake_stripe:
        fake_stripe.webhooks.delay(3600)
        fake_stripe.sell_unrelated_product()
        with pytest.raises(TimeoutError, match="under way"):
            fake_stripe.webhooks.drain(timeout=0.05)
    assert receiver.bodies == []


def test_time_passes_by_itself(fake_stripe: FakeStripe, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(pass_order()).id
    fake_stripe.account.clock_offset += 25 * 3600  # nobody calls run_due: the fake Stripe's own clock does
    fake_stripe.webhooks.drain()
    deadline = 200
    while not fake_stripe.events("checkout.session.expired") and deadline:
        sleep(0.05)
        deadline -= 1
    assert fake_stripe.get(session)["status"] == "expired"
