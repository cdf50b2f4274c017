"""Crashing processes, databases that cannot be written, pending work: nothing is lost or done twice."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from random import Random

import psycopg
import pytest
from sqlalchemy import make_url, select, text, update

from carrel import clock
from carrel.mail.models import OutboxMail
from payments.models import StripeEvent
from tests.faults.site import WAIT_SECONDS, Site, until
from tests.payments.faults.conftest import FULL
from tests.support.crashing import POINTS


def paid(site: Site, email: str = "buyer@example.com") -> str:
    """A paid session, whose events are on their way."""
    session_id = site.buyer().order()
    site.stripe.pay(session_id, email=email)
    return session_id


def finished(site: Site, session_id: str) -> bool:
    event = site.event(site.completed(session_id)["id"])
    return event is not None and event.outcome == "done"


def finished_by_others(site: Site, session_id: str) -> bool:
    """The same, when the twenty seconds have passed in which the work of somebody who died is left to them."""
    with site.db.write() as session:
        session.execute(update(StripeEvent).values(leased_until=None))
    time.sleep(0.2)
    return finished(site, session_id)


@pytest.mark.parametrize("point", POINTS)
def test_pf_24_killed_at_any_point_it_ends_with_one_pass_and_one_mail(site: Site, point: str) -> None:
    email = f"{point.replace(' ', '-')}@example.com"
    session_id = site.buyer().order()
    site.crash_order.write_text(point)
    site.stripe.pay(session_id, email=email)
    until(lambda: not site.crash_order.exists())
    until(lambda: finished_by_others(site, session_id))
    assert (site.passes(session_id), len(site.payments(session_id)), site.ad_free(session_id)) == (1, 1, True)
    until(lambda: site.mail.mails_to(email))
    assert (len(site.mail.mails_to(email)), site.mails_about(session_id)) == (1, 1)


def test_pf_24_killed_at_random_again_and_again_nothing_is_lost_or_doubled(site: Site) -> None:
    chance = Random(24)
    sessions = [site.buyer().order() for _ in range(25 if FULL else 4)]
    for session_id in sessions:
        site.crash_order.write_text(chance.choice(list(POINTS)))
        site.stripe.pay(session_id)
    for session_id in sessions:
        until(partial(finished_by_others, site, session_id))
    site.crash_order.unlink(missing_ok=True)
    assert [
        (site.passes(session_id), site.mails_about(session_id), site.ad_free(session_id))
        for session_id in sessions
    ] == [(1, 1, True) for _ in sessions]


def test_pf_24_a_killed_worker_leaves_its_event_to_the_next(site: Site) -> None:
    site.stripe.webhooks.hold()
    session_id = paid(site)
    site.stripe.api.down()
    assert site.deliver(site.completed(session_id)) == [500]
    site.stripe.api.up()
    site.stop("worker", 9)
    with site.db.write() as session:
        session.execute(
            update(StripeEvent).where(StripeEvent.handled_at.is_(None)).values(next_try_at=clock.now())
        )
    site.start_worker()
    until(lambda: finished(site, session_id))
    assert (site.passes(session_id), site.mails_about(session_id)) == (1, 1)


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Somebody else writes, for longer than anybody waits."""
    if site.db.is_sqlite:
        with closing(sqlite3.connect(str(site.db.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    with site.db.engine.connect() as other:
        other.execute(text("LOCK TABLE payment, stripe_event IN ACCESS EXCLUSIVE MODE"))
        other.execute(text("SELECT pg_advisory_xact_lock(1818584167)"))
        yield
        other.rollback()


@contextmanager
def unwritable(site: Site) -> Iterator[None]:
    """The disk is full, or the database reads only."""
    if site.db.is_sqlite:
        site.limit_files(1)
        try:
            yield
        finally:
            site.limit_files()
        return
    set_read_only(site, "on")
    try:
        yield
    finally:
        set_read_only(site, "off")


def set_read_only(site: Site, value: str) -> None:
    """From now on every connection to PostgreSQL reads only, or may write again; those there are must come anew."""
    url = make_url(site.db.url.render_as_string(hide_password=False)).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as other:
        other.execute("SET default_transaction_read_only = off")
        other.execute(f"ALTER DATABASE {url.database} SET default_transaction_read_only = {value}".encode())
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("failing", [unwritable, locked], ids=["full", "locked"])
def test_pf_25_a_database_that_cannot_be_written_is_no_success_and_leaves_nothing_half_done(
    site: Site, failing: object
) -> None:
    site.stripe.webhooks.hold()
    session_id = paid(site)
    event = site.completed(session_id)
    with failing(site):  # type: ignore[operator]
        (status,) = site.deliver(event)
        assert 500 <= status < 600
        assert site.buyer().get("/pass/").status_code == 200
    assert (site.payments(session_id), site.passes(session_id)) == ([], 0)
    assert site.deliver(event) == [200]
    assert (site.passes(session_id), site.mails_about(session_id), site.ad_free(session_id)) == (1, 1, True)


def test_pf_34_without_the_worker_passes_are_given_and_mails_come_late(site: Site) -> None:
    site.stop("worker")
    session_id = paid(site, "pf34@example.com")
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (site.passes(session_id), site.ad_free(session_id)) == (1, True)
    queued = select(OutboxMail.state).where(OutboxMail.to_key == "pf34@example.com")
    assert site.read(lambda s: s.scalars(queued).all()) == ["queued"]
    assert site.mail.mails_to("pf34@example.com") == []
    site.start_worker()
    until(lambda: site.mail.mails_to("pf34@example.com"))
    time.sleep(0.5)
    assert len(site.mail.mails_to("pf34@example.com")) == 1


@pytest.mark.parametrize(
    "body", [{"shape": 2, "more": [1]}, {}], ids=["of the next release", "of the last release"]
)
def test_pf_37_rows_of_the_other_release_are_understood_by_the_worker(
    site: Site, body: dict[str, object]
) -> None:
    site.stripe.webhooks.hold()
    session_id, now = paid(site), clock.now()
    row = StripeEvent(event_id=f"evt_{session_id}", type="checkout.session.completed", created_at=now)
    row.body, row.next_try_at = {"id": session_id, **body}, now
    later = StripeEvent(event_id=f"evt_later_{session_id}", type="checkout.session.sung", created_at=now)
    later.body, later.next_try_at = {"id": session_id}, now
    with site.db.write() as session:
        session.add_all([row, later])
    until(lambda: site.passes(session_id))
    left = site.event(f"evt_later_{session_id}")
    assert left is not None
    assert (left.handled_at, left.tries) == (None, 0)
