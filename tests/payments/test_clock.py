"""The clock was a day ahead and is put right: no event and no refund waits for that day (DATA-23)."""

from datetime import timedelta

import pytest
import time_machine

from carrel import clock
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.models import RefundRequest, StripeEvent
from payments.stripe.events import read_event
from payments.webhooks import event_handler, inbox
from tests.support.payments import Till

AHEAD = timedelta(days=1)


def completed(till: Till) -> dict[str, object]:
    """A pass is bought, and nobody has told us yet."""
    till.buy()
    return till.stripe.events("checkout.session.completed")[0]


def test_data_23_an_event_put_off_by_a_clock_that_was_ahead_is_handled_now(till: Till) -> None:
    event = completed(till)
    with time_machine.travel(clock.now() + AHEAD, tick=False):
        till.stripe.api.down()
        assert till.deliver(event) == 500
        till.stripe.api.up()
    assert event_handler.handle_one(till.services)
    assert till.ad_free() == [True]


@pytest.mark.parametrize(("ahead", "is_free"), [(AHEAD, True), (timedelta(minutes=4), False)])
def test_data_23_a_lease_of_a_clock_that_was_far_ahead_is_free(
    till: Till, ahead: timedelta, is_free: bool
) -> None:
    fact = read_event(completed(till))
    with time_machine.travel(clock.now() + ahead, tick=False), till.services.db.write() as session:
        held = inbox.claim(session, fact, delivered=True)
        assert held
    assert inbox.is_leased(till.rows(StripeEvent)[0]) is not is_free
    with till.services.db.write() as session:
        assert bool(inbox.claim(session, fact, delivered=True)) is is_free


def test_data_23_a_refund_put_off_by_a_clock_that_was_ahead_is_made_now(till: Till) -> None:
    fulfill(till.shop, till.buy())
    with time_machine.travel(clock.now() + AHEAD, tick=False):
        till.stripe.api.down()
        refunds.refund(till.shop, 1, "operator", "asked by mail")
        till.stripe.api.up()
    assert refunds.carry_out_one(till.services)
    assert [request.state for request in till.rows(RefundRequest)] == ["done"]
