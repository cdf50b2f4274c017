"""The clock was a day ahead and is put right: no digest waits for a day that was never there (DATA-23, MF-30)."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from carrel import clock
from carrel.db import Database
from carrel.services import Services
from newsletter.delivery import leases, sweep
from newsletter.issues.models import Delivery, DeliveryState
from tests.support.digests import count_in_states, put_issue, send_all, the_issue


def hold(db: Database, ahead: timedelta) -> None:
    """A worker takes everything by a clock that is ahead, and dies."""
    with time_machine.travel(clock.now() + ahead, tick=False), db.write() as session:
        assert leases.lease(session, the_issue(session).id, "boot/a worker", 10)


@pytest.fixture
def issue(post: Services) -> Services:
    """An issue is about to go to two readers."""
    put_issue(post, 2)
    return post


@pytest.mark.parametrize(("ahead", "free"), [(timedelta(days=1), 2), (timedelta(minutes=4), 0)])
def test_data_23_a_lease_of_a_clock_that_was_far_ahead_is_free(
    issue: Services, ahead: timedelta, free: int
) -> None:
    hold(issue.db, ahead)
    with issue.db.write() as session:
        sweep.sweep(session, records_are_durable=True)
    assert count_in_states(issue, DeliveryState.QUEUED) == free


def test_data_23_a_delivery_that_is_due_in_a_day_that_never_came_goes_now(issue: Services) -> None:
    with issue.db.write() as session:
        session.execute(update(Delivery).values(due_at=clock.now() + timedelta(days=1)))
    send_all(issue)
    assert count_in_states(issue, DeliveryState.QUEUED) == 2
    sweep.run_step(issue)
    send_all(issue)
    assert count_in_states(issue, DeliveryState.SENT) == 2
