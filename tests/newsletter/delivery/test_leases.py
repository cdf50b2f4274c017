"""Leases: what may be taken, and what may be begun."""

from datetime import timedelta
from typing import Any

from sqlalchemy import event, text, update

from carrel import clock
from carrel.services import Services
from newsletter.delivery import leases
from newsletter.issues.models import Delivery, DeliveryState
from tests.support.digests import count_in_states, put_issue


def test_mail_02_only_what_is_queued_is_leased(post: Services) -> None:
    put_issue(post, 4)
    over = {"state": DeliveryState.SENT, "begun_at": clock.now(), "ended_at": clock.now()}
    held = {"state": DeliveryState.LEASED, "owner": "b", "lease_until": clock.now()}
    with post.db.write() as session:
        for number, values in ((1, over), (2, held), (3, {"due_at": clock.now() + timedelta(hours=1)})):
            session.execute(update(Delivery).where(Delivery.id == number).values(**values))
        assert [delivery.id for delivery in leases.lease(session, 1, "a", 1)] == [4]
        assert leases.lease(session, 1, "c", 4) == []


def test_mail_02_a_lease_takes_no_more_than_it_asks_for(post: Services) -> None:
    put_issue(post, 20)
    with post.db.write() as session:
        assert len(leases.lease(session, 1, "a", 5)) == 5
    assert count_in_states(post, DeliveryState.LEASED) == 5


def test_mf_06_what_was_leased_is_begun_by_its_owner_within_the_lease_alone(post: Services) -> None:
    put_issue(post, 2)
    with post.db.write() as session:
        assert len(leases.lease(session, 1, "a", 2)) == 2
        session.execute(update(Delivery).where(Delivery.id == 2).values(lease_until=clock.now()))
    statement = post.db.compiled_update(leases.RECORD_STATEMENT)
    assert leases.record_and_begin(statement, [], [1], "b") == set()
    assert leases.record_and_begin(statement, [], [2], "a") == set()
    assert leases.record_and_begin(statement, [], [1], "a") == {1}
    assert leases.record_and_begin(statement, [1], [], "b") == set()
    assert leases.record_and_begin(statement, [1], [2], "a") == {1}
    statement.close()
    with post.db.read() as session:
        deliveries = [session.get_one(Delivery, number) for number in (1, 2)]
    assert [(delivery.state, delivery.begun_at is None) for delivery in deliveries] == [
        ("sent", False),
        ("claimed", True),
    ]


def test_mail_02_what_is_due_is_read_from_an_index_however_long_the_queue_is(post: Services) -> None:
    """With a sort each lease would go through all that waits: a hundred thousand mails a thousand times."""
    asked: list[tuple[str, Any]] = []
    put_issue(post, 1)
    with post.db.write() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2:4]))
        leases.lease(session, 1, "a", 1)
        statement, values = asked[0]
        explain = "EXPLAIN QUERY PLAN" if post.db.is_sqlite else "EXPLAIN"
        if not post.db.is_sqlite:  # an all but empty table would be read as it lies
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.execute(text(f"SET LOCAL enable_{way} = off"))
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
    assert "ix_delivery_state" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
