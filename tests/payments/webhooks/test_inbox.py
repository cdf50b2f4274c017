"""The inbox: retried with increasing delays, dead after ten tries, never lost."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from carrel import clock
from payments.models import Grant, StripeEvent
from payments.stripe.events import parse_event
from payments.webhooks import event_handler, inbox
from tests.support.payments import Shop


def only(shop: Shop) -> StripeEvent:
    (event,) = shop.rows(StripeEvent)
    assert isinstance(event, StripeEvent)
    return event


@pytest.fixture
def waiting(shop: Shop) -> str:
    """An event that could not be handled, because Stripe was away; the session's id."""
    session_id = shop.buy()
    shop.stripe.api.down()
    assert shop.deliver_all("checkout.session.completed") == [500]
    shop.stripe.api.up()
    return session_id


def work_when_due(shop: Shop) -> bool:
    with time_machine.travel(only(shop).next_try_at, tick=False):
        return event_handler.handle_next_event(shop.services)


def test_the_worker_finishes_what_the_webhook_could_not(shop: Shop, waiting: str) -> None:
    assert work_when_due(shop)
    assert (only(shop).outcome, shop.count(Grant), shop.ad_free()) == ("done", 1, [True])


def test_the_worker_leaves_alone_what_is_not_due(shop: Shop, waiting: str) -> None:
    assert not event_handler.handle_next_event(shop.services)
    assert only(shop).handled_at is None


def test_the_worker_leaves_alone_what_is_done(shop: Shop) -> None:
    shop.buy()
    shop.deliver_all("checkout.session.completed")
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert not event_handler.handle_next_event(shop.services)


def test_of_two_workers_one_takes_it(shop: Shop, waiting: str) -> None:
    with time_machine.travel(only(shop).next_try_at, tick=False):
        with shop.services.db.write() as session:
            assert inbox.lease_next(session) is not None
        assert not event_handler.handle_next_event(shop.services)


def two_deliveries(shop: Shop, event: dict[str, Any]) -> tuple[list[int], int]:
    """The second one comes while Stripe is being asked for the first; their answers, and the calls made."""
    shop.stripe.api.hold(path="GET /v1/checkout/sessions/*")
    before = len(shop.stripe.api.requests)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shop.deliver, event)
        shop.stripe.api.wait_until_held()
        second = pool.submit(shop.deliver, event)
        wait([second], timeout=0.5)
        assert not second.done()
        shop.stripe.api.release()
        return [first.result(), second.result()], len(shop.stripe.api.requests) - before


def test_pf_01_a_second_delivery_waits_for_the_first_and_asks_nothing(shop: Shop) -> None:
    shop.buy()
    (event,) = shop.stripe.events("checkout.session.completed")
    assert two_deliveries(shop, event) == ([200, 200], 1)
    assert shop.count(Grant) == 1


def test_what_fails_for_the_first_fails_for_both_and_counts_once(shop: Shop) -> None:
    assert two_deliveries(shop, poison(shop)) == ([500, 500], 1)
    assert only(shop).tries == 1


def test_pf_24_whoever_died_at_work_holds_nobody_up_for_long(shop: Shop) -> None:
    shop.buy()
    (event,) = shop.stripe.events("checkout.session.completed")
    with shop.services.db.write() as session:
        assert inbox.lease(session, parse_event(event), delivered=True)
    assert not event_handler.handle_next_event(shop.services)
    with time_machine.travel(clock.now() + inbox.LEASE, tick=False):
        assert event_handler.handle_next_event(shop.services)
    assert shop.ad_free() == [True]


def test_stripe_away_wears_no_event_out(shop: Shop, waiting: str) -> None:
    shop.stripe.api.down()
    for _ in range(12):
        assert work_when_due(shop)
    assert (only(shop).tries, only(shop).dead_at, only(shop).last_error) == (
        0,
        None,
        "StripeServerError: APIError 503",
    )


def poison(shop: Shop) -> dict[str, Any]:
    """An event whose session Stripe answers without the sums."""
    session_id = shop.buy()
    shop.stripe.change(session_id, amount_total="much")
    return shop.stripe.events("checkout.session.completed")[-1]


def test_pf_32_after_ten_tries_the_event_waits_for_the_operator(shop: Shop) -> None:
    event = poison(shop)
    assert [shop.deliver(event) for _ in range(10)] == [500] * 10
    assert (only(shop).tries, only(shop).dead_at is not None) == (10, True)
    assert f"event-dead:{event['id']}" in shop.alarms()
    assert shop.deliver(event) == 200  # there is nothing that sending it again would help
    assert shop.count(Grant) == 0


def test_pf_32_the_others_flow(shop: Shop) -> None:
    bad = poison(shop)
    shop.deliver(bad)
    shop.buy()
    good = shop.stripe.events("checkout.session.completed")[-1]
    assert (shop.deliver(bad), shop.deliver(good), shop.ad_free()) == (500, 200, [False, True])


def test_the_pauses_grow_to_an_hour(shop: Shop) -> None:
    event, pauses = poison(shop), []
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(10):
            shop.deliver(event)
            pauses.append((only(shop).next_try_at - clock.now()).total_seconds())
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]


def test_when_its_cause_is_mended_a_dead_event_is_handled(shop: Shop) -> None:
    event = poison(shop)
    for _ in range(10):
        shop.deliver(event)
    shop.stripe.change(event["data"]["object"]["id"], amount_total=499)
    with shop.services.db.write() as session:
        assert inbox.retry(session, event["id"], "olga")
    assert event_handler.handle_next_event(shop.services)
    assert shop.ad_free() == [True]


def test_pf_30_what_cannot_be_read_is_an_alarm_and_no_pass(shop: Shop) -> None:
    assert shop.deliver(poison(shop)) == 500
    assert shop.alarms() == ["stripe-unreadable"]
    assert (only(shop).last_error, shop.count(Grant)) == (
        "StripeResponseError: CheckoutSession cannot be read: amount_total",
        0,
    )


@pytest.mark.parametrize("patch", [{"data": {"object": {"id": None}}}, {"created": None}, {"data": None}])
def test_pf_30_an_event_that_lacks_a_field_is_an_alarm_and_no_pass(shop: Shop, patch: dict[str, Any]) -> None:
    shop.buy()
    (event,) = shop.stripe.events("checkout.session.completed")
    assert shop.deliver(event, patch=patch) == 500
    assert (shop.alarms(), shop.count(Grant), shop.count(StripeEvent)) == (["stripe-unreadable"], 0, 0)


def test_pf_30_an_event_of_a_later_version_is_understood(shop: Shop) -> None:
    shop.buy()
    (event,) = shop.stripe.events("checkout.session.completed")
    later = {"api_version": "2031-01-01.fig", "brand_new": {"a": [1]}, "data": {"object": {"also_new": 1}}}
    assert shop.deliver(event, patch=later) == 200
    assert shop.ad_free() == [True]


def queue(shop: Shop, type_: str, body: dict[str, object]) -> None:
    """A row as another release may have written it."""
    now = clock.now()
    row = StripeEvent(
        event_id="evt_1", type=type_, body=body, created_at=now, received_at=now, next_try_at=now
    )
    with shop.services.db.write() as session:
        session.add(row)


def test_pf_37_a_row_of_a_later_release_with_more_in_it_is_understood(shop: Shop) -> None:
    session_id = shop.buy()
    queue(shop, "checkout.session.completed", {"id": session_id, "shape": 2, "more": {"a": 1}})
    assert event_handler.handle_next_event(shop.services)
    assert shop.ad_free() == [True]


def test_pf_37_a_row_of_an_earlier_release_with_less_in_it_is_understood(shop: Shop) -> None:
    session_id = shop.buy()
    intent = shop.stripe.get(session_id)["payment_intent"]
    shop.stripe.refund(session_id)
    queue(shop, "charge.refunded", {"payment_intent": intent})
    assert event_handler.handle_next_event(shop.services)
    assert (shop.ad_free(), only(shop).outcome) == ([False], "done")


def test_pf_37_a_type_that_only_a_later_release_knows_is_left_to_it(shop: Shop) -> None:
    queue(shop, "checkout.session.sung", {"id": "cs_test_1"})
    assert not event_handler.handle_next_event(shop.services)
    assert only(shop).handled_at is None


def test_pay_30_a_failure_note_holds_no_values(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("ada@example.com paid with sk_live_secret")

    monkeypatch.setattr("payments.fulfillment.fulfill.apply_checkout_session", fail)
    shop.buy()
    shop.deliver_all("checkout.session.completed")
    assert only(shop).last_error == "ValueError: "
