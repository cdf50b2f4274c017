"""One publication at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from articles import queries
from articles.publish import PublishBusyError, PublishReport
from articles.publish.lock import publish_lock
from carrel import clock
from carrel.db import Database
from carrel.settings import Settings
from tests.articles.publish.killer import publish_until


def test_a_second_publication_waits_and_says_so(
    db: Database, publish_now: Callable[..., PublishReport]
) -> None:
    said: list[str] = []
    waits = threading.Event()

    def say(sentence: str) -> None:
        said.append(sentence)
        waits.set()

    with ThreadPoolExecutor(1) as pool:
        with publish_lock(db, said.append):
            second = pool.submit(publish_now, say=say)
            assert waits.wait(30)
            assert not second.done()
        assert len(second.result(30).diff.added) == 2
    assert said == ["Another publication is running; waiting for it to finish …"]


def test_a_publication_that_waits_too_long_gives_up(
    db: Database, publish_now: Callable[..., PublishReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles.publish.lock.WAIT_SECONDS", 0.2)
    with publish_lock(db, print), pytest.raises(PublishBusyError, match="ten minutes"):
        publish_now()


def test_the_lock_is_given_back_after_a_failure(
    db: Database, publish_now: Callable[..., PublishReport]
) -> None:
    with pytest.raises(ZeroDivisionError), publish_lock(db, print):
        _ = 1 / 0
    assert len(publish_now().diff.added) == 2


@pytest.mark.faults
def test_two_processes_that_publish_at_once_both_succeed(
    settings: Settings, content: Path, db: Database
) -> None:
    our_settings = settings.model_copy(update={"content": content})
    with ThreadPoolExecutor(2) as pool:
        steps = list(pool.map(lambda _: publish_until(our_settings, 0), range(2)))
    assert min(steps) < max(steps), "the second found nothing to do"
    with db.read() as session:
        assert len(queries.newest(session, clock.now(), 10)) == 2
