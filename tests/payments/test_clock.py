"""The clock was a day ahead and is set right: no event and no refund waits for that day (DATA-23)."""

from datetime import timedelta

import pytest
import time_machine

from carrel import clock
from payments import refunds
from payments.fulfillment.fulfill import fulfill
from payments.models import RefundRequest, StripeEvent
from payments.stripe.events import parse_event
from payments.webhooks import event_handler, inbox
from tests.support.payments import Shop

AHEAD = timedelta(days=1)


def completed(shop: Shop) -> dict[str, object]:
    """A pass is bought, and nobody has told us yet."""
    shop.buy()
    return shop.stripe.events("checkout.session.completed")[0]


def test_data_23_an_event_put_off_by_a_clock_that_was_ahead_is_handled_now(shop: Shop) -> None:
    event = completed(shop)
    with time_machine.travel(clock.now() + AHEAD, tick=False):
        shop.stripe.api.down()
        assert shop.deliver(event) == 500
        shop.stripe.api.up()
    assert event_handler.handle_next_event(shop.services)
    assert shop.ad_free() == [True]


@pytest.mark.parametrize(("ahead", "is_free"), [(AHEAD, True), (timedelta(minutes=4), False)])
def test_data_23_a_lease_of_a_clock_that_was_far_ahead_is_free(
    shop: Shop, ahead: timedelta, is_free: bool
) -> None:
    event = parse_event(completed(shop))
    with time_machine.travel(clock.now() + ahead, tick=False), shop.services.db.write() as session:
        held = inbox.lease(session, event, delivered=True)
        assert held
    assert inbox.is_leased(shop.rows(StripeEvent)[0]) is not is_free
    with shop.services.db.write() as session:
        assert bool(inbox.lease(session, event, delivered=True)) is is_free


def test_data_23_a_refund_put_off_by_a_clock_that_was_ahead_is_made_now(shop: Shop) -> None:
    fulfill(shop.context, shop.buy())
    with time_machine.travel(clock.now() + AHEAD, tick=False):
        shop.stripe.api.down()
        refunds.refund(shop.context, 1, "operator", "asked by mail")
        shop.stripe.api.up()
    assert refunds.send_next_to_stripe(shop.services)
    assert [request.state for request in shop.rows(RefundRequest)] == ["done"]
