"""Silence is an alarm: Stripe does not answer while something waits, refunds that stay, events that do not come."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from carrel.mail import alarms
from carrel.mail.models import Alarm
from payments import refunds, silence
from payments.fulfillment.fulfill import fulfill
from payments.models import RefundRequest
from payments.reconciliation.reconcile import run_reconciliation
from payments.refunds import send_next_to_stripe
from payments.webhooks.event_handler import handle_next_event
from tests.support.payments import Shop, order_of

READ_ONLY = ("checkout_session_write", "charge_read", "dispute_read", "event_read")


def later(minutes: float) -> time_machine.travel:
    """That many minutes from now."""
    return time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=False)


def look(shop: Shop, minutes: float) -> None:
    with later(minutes):
        silence.run_step(shop.services)


def alarm(shop: Shop, key: str) -> Alarm:
    (only,) = [alarm for alarm in shop.rows(Alarm) if alarm.key == key]
    assert isinstance(only, Alarm)
    return only


@pytest.fixture
def event_that_waits(shop: Shop) -> None:
    """A paid event of now, which Stripe did not let us handle."""
    shop.buy()
    shop.stripe.api.down()
    assert set(shop.deliver_all("checkout.session.completed")) == {500}


@pytest.fixture
def refund_that_waits(shop: Shop) -> None:
    """A refund of now, which the key does not allow."""
    fulfill(shop.context, shop.buy())
    shop.stripe.keys.restrict(shop.stripe.api_key, *READ_ONLY)
    refunds.refund(shop.context, order_of(shop).id, "desk", "asked by mail")


@pytest.mark.usefixtures("event_that_waits")
def test_a_quarter_of_an_hour_without_an_answer_is_told_with_its_cause(shop: Shop) -> None:
    look(shop, 10)
    assert shop.alarms() == []
    look(shop, 16)
    told = alarm(shop, "stripe-silence")
    assert "1 events and 0 refunds wait" in told.text
    assert "APIError 503" in told.text
    assert "carrel stripe check" in told.text


@pytest.mark.usefixtures("event_that_waits")
def test_it_is_told_once_until_it_is_acknowledged(shop: Shop) -> None:
    for minutes in (16, 17, 90):
        look(shop, minutes)
    told = alarm(shop, "stripe-silence")
    assert told.count == 1
    with shop.services.db.write() as session:
        alarms.acknowledge(session, told.id, "desk")
    look(shop, 91)
    assert shop.alarms() == ["stripe-silence", "stripe-silence"]


def test_nothing_waits_so_silence_is_peace(shop: Shop) -> None:
    fulfill(shop.context, shop.buy())
    look(shop, 600)
    assert shop.alarms() == []


@pytest.mark.usefixtures("event_that_waits")
def test_while_stripe_answers_other_requests_it_is_not_silent(shop: Shop) -> None:
    with later(20):
        shop.stripe.api.up()
        run_reconciliation(shop.services)
    look(shop, 21)
    assert "stripe-silence" not in shop.alarms()


@pytest.mark.usefixtures("event_that_waits")
def test_where_nothing_is_sold_nothing_is_silent(shop: Shop) -> None:
    shop.set(stripe_webhook_secret=())
    look(shop, 16)
    assert shop.alarms() == []


@pytest.mark.usefixtures("refund_that_waits")
def test_a_refund_older_than_an_hour_is_told_with_its_cause(shop: Shop) -> None:
    look(shop, 45)
    assert "refund-late" not in shop.alarms()
    look(shop, 61)
    told = alarm(shop, "refund-late")
    assert (
        f"{order_of(shop).reference} (the key lacks the permission Charges and Refunds: Write)" in told.text
    )


@pytest.mark.usefixtures("refund_that_waits")
def test_a_refund_that_has_gone_is_not_late(shop: Shop) -> None:
    shop.stripe.keys.restrict(shop.stripe.api_key, *READ_ONLY, "charge_write")
    with later(5):
        assert send_next_to_stripe(shop.services)
    assert shop.rows(RefundRequest)[0].state == "done"
    look(shop, 61)
    assert "refund-late" not in shop.alarms()


def test_events_that_had_to_be_fetched_show_that_the_webhook_is_dead(shop: Shop) -> None:
    shop.stripe.webhooks.to("http://127.0.0.1:9/webhooks/stripe", "whsec_carrel")
    shop.buy()
    run_reconciliation(shop.services)
    look(shop, 10)
    assert shop.alarms() == []
    look(shop, 16)
    told = alarm(shop, "webhook-undelivered")
    assert "1 events were fetched" in told.text
    assert "carrel stripe check" in told.text


def test_a_dead_webhook_is_told_once_though_two_look(shop: Shop) -> None:
    shop.stripe.webhooks.to("http://127.0.0.1:9/webhooks/stripe", "whsec_carrel")
    shop.buy()
    run_reconciliation(shop.services)
    look(shop, 16)
    with later(180):
        run_reconciliation(shop.services)
    assert shop.alarms() == ["webhook-undelivered"]


def test_an_event_that_came_later_shows_that_the_webhook_lives(shop: Shop) -> None:
    shop.stripe.webhooks.to("http://127.0.0.1:9/webhooks/stripe", "whsec_carrel")
    shop.buy()
    run_reconciliation(shop.services)
    shop.stripe.webhooks.drop_all()
    with later(2):
        shop.buy(next_="/articles/y/")
        shop.deliver(shop.stripe.events("checkout.session.completed")[-1])
    look(shop, 16)
    assert shop.alarms() == []


def test_an_event_of_somebody_else_on_the_account_says_nothing(shop: Shop) -> None:
    shop.stripe.webhooks.to("http://127.0.0.1:9/webhooks/stripe", "whsec_carrel")
    client = shop.context.stripe.client
    made = client.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "https://other.example/",
            "line_items": [
                {
                    "price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "A hat"}},
                    "quantity": 1,
                }
            ],
        }
    )
    shop.stripe.pay(made.id)
    run_reconciliation(shop.services)
    assert not handle_next_event(shop.services)
    look(shop, 16)
    assert shop.alarms() == []
