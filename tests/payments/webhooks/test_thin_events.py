"""Thin events do all that snapshot events do; events of connected accounts do nothing."""

import datetime
import json
from typing import Any

import pytest
import stripe
import stripe.events
from stripe.v2.core import EventNotification

from payments.models import Dispute, Refund, RefundRequest, StripeEvent
from payments.stripe.events import HANDLED_EVENTS
from tests.support.payments import Shop, order_of
from website.demo.fake_stripe import thin_event


def deliver_thin(shop: Shop, *names: str, **changes: Any) -> list[int]:
    """Post the thin events about all that has happened (of these types)."""
    events = [event for event in shop.stripe.events() if event["type"] in (names or HANDLED_EVENTS)]
    assert events
    return [shop.deliver(thin_event(event) | changes) for event in events]


def outcomes(shop: Shop) -> set[str]:
    return {event.outcome for event in shop.rows(StripeEvent)}


def test_a_thin_event_grants_the_pass(shop: Shop) -> None:
    shop.buy()
    assert deliver_thin(shop, "checkout.session.completed") == [200]
    assert (shop.ad_free(), len(shop.mails())) == ([True], 1)
    (event,) = shop.rows(StripeEvent)
    assert (event.type, event.outcome) == ("checkout.session.completed", "done")
    assert event.created_at == datetime.datetime.fromtimestamp(
        shop.stripe.events("checkout.session.completed")[0]["created"], datetime.UTC
    )


@pytest.mark.parametrize("kind", ["charge.refunded", "refund.created"])
def test_a_thin_refund_ends_it(shop: Shop, kind: str) -> None:
    session_id = shop.buy()
    shop.deliver_all()
    shop.stripe.refund(session_id)
    assert deliver_thin(shop, kind) == [200]
    assert (shop.ad_free(), shop.count(Refund)) == ([False], 1)


def test_a_thin_dispute_suspends_it(shop: Shop) -> None:
    session_id = shop.buy()
    shop.deliver_all()
    shop.stripe.open_dispute(session_id)
    assert deliver_thin(shop, "charge.dispute.created") == [200]
    assert (shop.ad_free(), shop.count(Dispute)) == ([False], 1)


def test_a_thin_warning_of_fraud_requests_the_refund(shop: Shop) -> None:
    session_id = shop.buy()
    shop.deliver_all()
    shop.stripe.warn_of_fraud(session_id)
    assert deliver_thin(shop, "radar.early_fraud_warning.created") == [200]
    assert shop.count(RefundRequest) == 1


def test_a_thin_event_about_a_payment_that_we_do_not_know_yet_finds_it(shop: Shop) -> None:
    shop.stripe.refund(shop.buy())
    assert deliver_thin(shop, "refund.created") == [200]
    assert (shop.ad_free(), order_of(shop).state) == ([False], "paid")


def test_both_kinds_at_once_do_it_once(shop: Shop) -> None:
    shop.buy()
    assert set(shop.deliver_all() + deliver_thin(shop)) == {200}
    assert (shop.ad_free(), len(shop.mails())) == ([True], 1)


def test_somebody_elses_sale_is_ignored(shop: Shop) -> None:
    shop.stripe.refund(shop.stripe.sell_unrelated_product()["id"])
    assert set(deliver_thin(shop)) == {200}
    assert outcomes(shop) == {"ignored"}


def test_the_ping_of_a_new_destination_is_welcome(shop: Shop) -> None:
    ping = {
        "id": "evt_test_1",
        "object": "v2.core.event",
        "type": "v2.core.event_destination.ping",
        "livemode": False,
        "created": "2026-11-28T12:00:00.000Z",
        "related_object": {"id": "ed_1", "type": "v2.core.event_destination", "url": "/v2/core/e/ed_1"},
    }
    assert (shop.deliver(ping), shop.count(StripeEvent)) == (200, 0)


@pytest.mark.parametrize("bad", [{"related_object": None}, {"created": "soon"}])
def test_a_thin_event_that_cannot_be_read_comes_again(shop: Shop, bad: dict[str, Any]) -> None:
    shop.buy()
    assert deliver_thin(shop, "checkout.session.completed", **bad) == [500]
    assert shop.alarms() == ["stripe-unreadable"]


@pytest.mark.parametrize("hostile", ["../refunds", "cs_1?x=1", "cs/1", ""])
def test_a_hostile_id_in_a_thin_event_is_refused(shop: Shop, hostile: str) -> None:
    shop.buy()
    related = {"id": hostile, "type": "checkout.session", "url": "/v1/checkout/sessions/x"}
    assert deliver_thin(shop, "checkout.session.completed", related_object=related) == [400]


def test_an_event_of_a_connected_account_is_ignored(shop: Shop) -> None:
    shop.buy()
    event = shop.stripe.events("checkout.session.completed")[0]
    assert shop.deliver(event | {"id": "evt_connect", "account": "acct_somebody"}) == 200
    assert (shop.count(StripeEvent), shop.ad_free()) == (0, [False])


def test_a_thin_event_of_a_connected_account_is_ignored(shop: Shop) -> None:
    shop.buy()
    related = {
        "id": "cs_test_theirs",
        "type": "checkout.session",
        "url": "/v1/checkout/sessions/cs_test_theirs",
    }
    answer = deliver_thin(shop, "checkout.session.completed", related_object=related, context="acct_somebody")
    assert (answer, outcomes(shop)) == ([200], {"ignored"})


def notification_name(thin_type: str) -> str:
    """The name of its class in Stripe's library."""
    words = thin_type.replace("_", ".").split(".")
    return "".join(word.capitalize() for word in words) + "EventNotification"


def test_stripes_own_library_reads_the_thin_events_that_we_are_tested_with(shop: Shop) -> None:
    shop.stripe.open_dispute(shop.buy())
    client = stripe.StripeClient("sk_test_x")
    for event in shop.stripe.events():
        thin = thin_event(event)
        notification = EventNotification.from_json(json.dumps(thin), client)
        assert type(notification).__name__ == notification_name(thin["type"])
        assert notification.related_object.id == event["data"]["object"]["id"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(HANDLED_EVENTS))
def test_stripe_has_a_thin_event_for_each_that_we_handle(name: str) -> None:
    assert hasattr(stripe.events, notification_name(f"v1.{name}"))
