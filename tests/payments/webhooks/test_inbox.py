"""The inbox: tried again with pauses, given up after ten, never lost."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from carrel import clock
from payments.models import Grant, StripeEvent
from payments.stripe.events import read_event
from payments.webhooks import event_handler, inbox
from tests.support.payments import Till


def only(till: Till) -> StripeEvent:
    (event,) = till.rows(StripeEvent)
    assert isinstance(event, StripeEvent)
    return event


@pytest.fixture
def waiting(till: Till) -> str:
    """An event that could not be handled, because Stripe was away; the session's id."""
    session_id = till.buy()
    till.stripe.api.down()
    assert till.deliver_all("checkout.session.completed") == [500]
    till.stripe.api.up()
    return session_id


def work_when_due(till: Till) -> bool:
    with time_machine.travel(only(till).next_try_at, tick=False):
        return event_handler.handle_one(till.services)


def test_the_worker_finishes_what_the_webhook_could_not(till: Till, waiting: str) -> None:
    assert work_when_due(till)
    assert (only(till).outcome, till.count(Grant), till.ad_free()) == ("done", 1, [True])


def test_the_worker_leaves_alone_what_is_not_due(till: Till, waiting: str) -> None:
    assert not event_handler.handle_one(till.services)
    assert only(till).handled_at is None


def test_the_worker_leaves_alone_what_is_done(till: Till) -> None:
    till.buy()
    till.deliver_all("checkout.session.completed")
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert not event_handler.handle_one(till.services)


def test_of_two_workers_one_takes_it(till: Till, waiting: str) -> None:
    with time_machine.travel(only(till).next_try_at, tick=False):
        with till.services.db.write() as session:
            assert inbox.claim_due(session) is not None
        assert not event_handler.handle_one(till.services)


def two_deliveries(till: Till, event: dict[str, Any]) -> tuple[list[int], int]:
    """The second one comes while Stripe is being asked for the first; their answers, and the calls made."""
    till.stripe.api.hold(path="GET /v1/checkout/sessions/*")
    before = len(till.stripe.api.requests)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(till.deliver, event)
        till.stripe.api.wait_until_held()
        second = pool.submit(till.deliver, event)
        wait([second], timeout=0.5)
        assert not second.done()
        till.stripe.api.release()
        return [first.result(), second.result()], len(till.stripe.api.requests) - before


def test_pf_01_a_second_delivery_waits_for_the_first_and_asks_nothing(till: Till) -> None:
    till.buy()
    (event,) = till.stripe.events("checkout.session.completed")
    assert two_deliveries(till, event) == ([200, 200], 1)
    assert till.count(Grant) == 1


def test_what_fails_for_the_first_fails_for_both_and_counts_once(till: Till) -> None:
    assert two_deliveries(till, poison(till)) == ([500, 500], 1)
    assert only(till).tries == 1


def test_pf_24_whoever_died_at_work_holds_nobody_up_for_long(till: Till) -> None:
    till.buy()
    (event,) = till.stripe.events("checkout.session.completed")
    with till.services.db.write() as session:
        assert inbox.claim(session, read_event(event), delivered=True)
    assert not event_handler.handle_one(till.services)
    with time_machine.travel(clock.now() + inbox.LEASE, tick=False):
        assert event_handler.handle_one(till.services)
    assert till.ad_free() == [True]


def test_stripe_away_wears_no_event_out(till: Till, waiting: str) -> None:
    till.stripe.api.down()
    for _ in range(12):
        assert work_when_due(till)
    assert (only(till).tries, only(till).dead_at, only(till).last_error) == (
        0,
        None,
        "StripeUnavailableError: APIError 503",
    )


def poison(till: Till) -> dict[str, Any]:
    """An event whose session Stripe answers without the sums."""
    session_id = till.buy()
    till.stripe.change(session_id, amount_total="much")
    return till.stripe.events("checkout.session.completed")[-1]


def test_pf_32_after_ten_tries_the_event_waits_for_the_operator(till: Till) -> None:
    event = poison(till)
    assert [till.deliver(event) for _ in range(10)] == [500] * 10
    assert (only(till).tries, only(till).dead_at is not None) == (10, True)
    assert f"event-dead:{event['id']}" in till.alarms()
    assert till.deliver(event) == 200  # there is nothing that sending it again would help
    assert till.count(Grant) == 0


def test_pf_32_the_others_flow(till: Till) -> None:
    bad = poison(till)
    till.deliver(bad)
    till.buy()
    good = till.stripe.events("checkout.session.completed")[-1]
    assert (till.deliver(bad), till.deliver(good), till.ad_free()) == (500, 200, [False, True])


def test_the_pauses_grow_to_an_hour(till: Till) -> None:
    event, pauses = poison(till), []
    with time_machine.travel(clock.now(), tick=False):
        for _ in range(10):
            till.deliver(event)
            pauses.append((only(till).next_try_at - clock.now()).total_seconds())
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]


def test_when_its_cause_is_mended_a_dead_event_is_handled(till: Till) -> None:
    event = poison(till)
    for _ in range(10):
        till.deliver(event)
    till.stripe.change(event["data"]["object"]["id"], amount_total=499)
    with till.services.db.write() as session:
        assert inbox.retry(session, event["id"], "olga")
    assert event_handler.handle_one(till.services)
    assert till.ad_free() == [True]


def test_pf_30_what_cannot_be_read_is_an_alarm_and_no_pass(till: Till) -> None:
    assert till.deliver(poison(till)) == 500
    assert till.alarms() == ["stripe-unreadable"]
    assert (only(till).last_error, till.count(Grant)) == (
        "StripeResponseError: SessionFact cannot be read: amount_total",
        0,
    )


@pytest.mark.parametrize("patch", [{"data": {"object": {"id": None}}}, {"created": None}, {"data": None}])
def test_pf_30_an_event_that_lacks_a_field_is_an_alarm_and_no_pass(till: Till, patch: dict[str, Any]) -> None:
    till.buy()
    (event,) = till.stripe.events("checkout.session.completed")
    assert till.deliver(event, patch=patch) == 500
    assert (till.alarms(), till.count(Grant), till.count(StripeEvent)) == (["stripe-unreadable"], 0, 0)


def test_pf_30_an_event_of_a_later_version_is_understood(till: Till) -> None:
    till.buy()
    (event,) = till.stripe.events("checkout.session.completed")
    later = {"api_version": "2031-01-01.fig", "brand_new": {"a": [1]}, "data": {"object": {"also_new": 1}}}
    assert till.deliver(event, patch=later) == 200
    assert till.ad_free() == [True]


def queue(till: Till, type_: str, body: dict[str, object]) -> None:
    """A row as another release may have written it."""
    now = clock.now()
    row = StripeEvent(
        event_id="evt_1", type=type_, body=body, created_at=now, received_at=now, next_try_at=now
    )
    with till.services.db.write() as session:
        session.add(row)


def test_pf_37_a_row_of_a_later_release_with_more_in_it_is_understood(till: Till) -> None:
    session_id = till.buy()
    queue(till, "checkout.session.completed", {"id": session_id, "shape": 2, "more": {"a": 1}})
    assert event_handler.handle_one(till.services)
    assert till.ad_free() == [True]


def test_pf_37_a_row_of_an_earlier_release_with_less_in_it_is_understood(till: Till) -> None:
    session_id = till.buy()
    intent = till.stripe.get(session_id)["payment_intent"]
    till.stripe.refund(session_id)
    queue(till, "charge.refunded", {"payment_intent": intent})
    assert event_handler.handle_one(till.services)
    assert (till.ad_free(), only(till).outcome) == ([False], "done")


def test_pf_37_a_type_that_only_a_later_release_knows_is_left_to_it(till: Till) -> None:
    queue(till, "checkout.session.sung", {"id": "cs_test_1"})
    assert not event_handler.handle_one(till.services)
    assert only(till).handled_at is None


def test_pay_30_a_failure_note_holds_no_values(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("ada@example.com paid with sk_live_secret")

    monkeypatch.setattr("payments.fulfillment.fulfill.settle", fail)
    till.buy()
    till.deliver_all("checkout.session.completed")
    assert only(till).last_error == "ValueError: "
