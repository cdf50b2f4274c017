"""Who gets an issue is gathered in batches: a crash anywhere loses nobody and repeats nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import event, func, select

from carrel.services import Services
from newsletter.issues import due, freezing
from newsletter.issues.models import DeliveredArticle, Delivery, Issue, IssueState
from tests.support.digests import count_states, put_pending_article, the_issue


class CrashError(Exception):
    """As if the process ended here."""


@contextmanager
def crashing_at(services: Services, statement: int) -> Iterator[None]:
    """Within the block, the database's n-th statement is never reached."""
    numbers = count(1)

    def stop(*_given: object) -> None:
        if next(numbers) == statement:
            raise CrashError

    engine = services.db.engine
    event.listen(engine, "before_cursor_execute", stop)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", stop)


def test_mail_01_mf_03_a_crash_at_any_statement_loses_nobody_and_repeats_nobody(
    post: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "BATCH", 10)
    put_pending_article(post, 55)
    due.run_step(post)
    crashes, more = 0, True
    while more:
        for statement in count(1):
            try:
                with crashing_at(post, statement):
                    more = freezing.run_step(post)
                break
            except CrashError:
                crashes += 1

    assert crashes > 30
    with post.db.read() as session:
        assert the_issue(session).state == IssueState.FROZEN
        assert count_states(session) == {"queued": 55}
        assert the_issue(session).recipients == 55
        for column in (Delivery.subscriber_id, DeliveredArticle.subscriber_id):
            assert session.scalars(select(func.count(func.distinct(column)))).one() == 55


def test_an_issue_that_nobody_gets_is_over_at_once(post: Services) -> None:
    put_pending_article(post, 0)
    due.run_step(post)
    while freezing.run_step(post):
        pass
    with post.db.read() as session:
        assert session.scalars(select(Issue.state)).all() == [IssueState.FINISHED]
        assert session.scalars(select(Delivery)).all() == []
