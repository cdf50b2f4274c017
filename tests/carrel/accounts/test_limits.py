"""Limits: N in any period, counted in the database."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text

from carrel.accounts import limits
from carrel.accounts.limits import Limit, TooManyRequestsError, hours, minutes
from carrel.db import Database
from carrel.ip_prefix import ip_key, network_key

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
THREE_IN_TEN = Limit(3, minutes(10))


def hit(db: Database, key: str = "anna", *more: Limit) -> None:
    with db.write() as session:
        limits.check(session, "mail", key, THREE_IN_TEN, *more)


def count(db: Database, times: int, key: str = "anna") -> int:
    """How many of so many tries are let through."""
    passed = 0
    for _ in range(times):
        try:
            hit(db, key)
            passed += 1
        except TooManyRequestsError:
            pass
    return passed


def test_auth_13_three_pass_and_the_fourth_hears_when_to_come_back(db: Database) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        assert count(db, 3) == 3
        time.shift(timedelta(minutes=4))
        with pytest.raises(TooManyRequestsError) as refused:
            hit(db)
        assert (refused.value.name, refused.value.retry_after) == ("mail", 360)
        time.shift(timedelta(seconds=359))
        assert count(db, 1) == 0
        time.shift(timedelta(seconds=2))
        assert count(db, 5) == 3


def test_auth_13_a_window_slides_and_has_no_edge_to_wait_for(db: Database) -> None:
    passed = []
    with time_machine.travel(NOON, tick=False) as time:
        for minute in range(45):
            time.move_to(NOON + timedelta(minutes=minute))
            passed += [minute] * count(db, 2)
    for minute in range(45):
        assert sum(minute <= hit < minute + 10 for hit in passed) <= 3


def test_auth_13_several_limits_hold_together(db: Database) -> None:
    a_day = Limit(10, hours(24))
    with time_machine.travel(NOON, tick=False) as time:
        for step in range(10):
            time.move_to(NOON + timedelta(minutes=10 * step, seconds=step))
            hit(db, "anna", a_day)
        time.move_to(NOON + timedelta(hours=20))
        with pytest.raises(TooManyRequestsError) as refused:
            hit(db, "anna", a_day)
        assert refused.value.retry_after == 4 * 3600
        time.move_to(NOON + timedelta(hours=24, seconds=1))
        hit(db, "anna", a_day)


def test_a_refused_try_is_not_counted(db: Database) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        assert count(db, 50) == 3
        time.shift(timedelta(minutes=10, seconds=1))
        assert count(db, 3) == 3


@pytest.mark.parametrize(("ahead", "passed"), [(timedelta(days=1), 3), (timedelta(minutes=4), 0)])
def test_data_23_a_clock_that_was_a_day_ahead_keeps_nobody_out(
    db: Database, ahead: timedelta, passed: int
) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        time.shift(ahead)
        assert count(db, 3) == 3
        time.shift(-ahead)
        assert count(db, 4) == passed


def test_keys_do_not_disturb_each_other(db: Database) -> None:
    assert (count(db, 4, "anna"), count(db, 4, "bob")) == (3, 3)


def test_auth_13_a_restart_forgives_nothing(db: Database, database_url: str) -> None:
    assert count(db, 3) == 3
    db.close()
    again = Database(database_url)
    assert count(again, 3) == 0
    again.close()


def test_auth_13_of_twenty_at_once_three_pass(db: Database) -> None:
    passed: list[int] = []
    threads = [threading.Thread(target=lambda: passed.append(count(db, 1))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(passed) == 3


def test_what_the_transaction_takes_back_is_not_counted(db: Database) -> None:
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), db.write() as session:
            limits.check(session, "mail", "anna", THREE_IN_TEN)
            _ = 1 / 0
    assert count(db, 3) == 3


def test_a_key_is_stored_as_a_keyed_hash(db: Database) -> None:
    hit(db, "anna@example.org")
    with db.read() as session:
        stored = str(session.execute(text("SELECT * FROM limit_hits")).all())
    assert "anna" not in stored


@pytest.mark.parametrize(
    ("ip", "own", "network"),
    [
        ("192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.77/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("nonsense", "unknown", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_an_address_is_known_by_what_a_visitor_is_given(ip: str | None, own: str, network: str) -> None:
    assert (ip_key(ip), network_key(ip)) == (own, network)
