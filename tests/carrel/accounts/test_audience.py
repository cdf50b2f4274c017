"""Which audience a cookie belongs to, and how soon a change is seen."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import audience as audience_module
from carrel.accounts import readers, sessions
from carrel.accounts.audience import audience_of
from carrel.accounts.models import ReaderSession
from carrel.page_cache import Audience, AudienceCache, CacheVersionWatch
from carrel.services import Services
from tests.support.accounts import BOB, make_reader, make_session


@pytest.fixture
def quick(services: Services) -> Services:
    """Services that read the cache version every time."""
    return Services(
        services.settings,
        services.db,
        services.signer,
        CacheVersionWatch(services.db, 0.0),
        services.page_cache,
    )


def audience(services: Services, cookie: str) -> Audience:
    return audience_of(services, cookie, services.cache_version.current().audiences)


def test_decision_6_the_session_alone_selects_the_audience(quick: Services) -> None:
    anna, buyer = make_reader(quick.db), make_reader(quick.db, None, ad_free=True)
    assert audience(quick, "") is Audience.GUEST
    assert audience(quick, "x" * 43) is Audience.GUEST
    assert audience(quick, make_session(quick.db, anna)) is Audience.READER
    assert audience(quick, make_session(quick.db, buyer)) is Audience.PASS
    bob, refunded = make_reader(quick.db, BOB, ad_free=True), make_reader(quick.db, None)
    assert audience(quick, make_session(quick.db, bob)) is Audience.PASS
    assert audience(quick, make_session(quick.db, refunded)) is Audience.READER


def test_decision_8_an_audience_changes_with_the_cache_version_at_once(quick: Services) -> None:
    anna = make_reader(quick.db)
    token = make_session(quick.db, anna)
    for ad_free, wanted in [(True, Audience.PASS), (False, Audience.READER)]:
        with quick.db.write() as session:
            readers.set_ad_free(session, anna.id, ad_free)
        assert audience(quick, token) is wanted


def test_decision_8_an_audience_is_read_once_and_lasts_a_minute(
    quick: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_session(quick.db, make_reader(quick.db))
    now = 1000.0
    monkeypatch.setattr("carrel.page_cache.time.monotonic", lambda: now)
    asked: list[str] = []
    find = sessions.find

    def counting(session: Session, token: str) -> ReaderSession | None:
        asked.append(token)
        return find(session, token)

    monkeypatch.setattr(sessions, "find", counting)
    for _ in range(10):
        assert audience(quick, token) is Audience.READER
    assert len(asked) == 1
    now += 61
    audience(quick, token)
    assert len(asked) == 2


def test_a_revoked_session_loses_its_audience_within_a_minute(
    quick: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = make_reader(quick.db, ad_free=True)
    token = make_session(quick.db, anna)
    now = 1000.0
    monkeypatch.setattr("carrel.page_cache.time.monotonic", lambda: now)
    assert audience(quick, token) is Audience.PASS
    with quick.db.write() as session:
        sessions.end_all(session, anna.id)
    now += 60
    assert audience(quick, token) is Audience.GUEST


def test_a_pass_stays_a_pass_while_the_database_is_away(
    quick: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_session(quick.db, make_reader(quick.db, ad_free=True))
    now = 1000.0
    monkeypatch.setattr("carrel.page_cache.time.monotonic", lambda: now)
    assert audience(quick, token) is Audience.PASS
    now += 3600

    def away(*_: object) -> Audience:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(audience_module, "_read", away)
    assert audience(quick, token) is Audience.PASS
    assert audience(quick, "y" * 43) is Audience.GUEST


def test_decision_4_reading_notes_that_the_session_was_seen(quick: Services) -> None:
    token = make_session(quick.db, make_reader(quick.db))
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        audience(quick, token)
        with quick.db.read() as session:
            reader_session = sessions.find(session, token)
            assert reader_session
            assert reader_session.last_seen_at == clock.now()


def test_the_cache_is_bounded() -> None:
    cache = AudienceCache(capacity=3)
    for n in range(10):
        cache.put(str(n), Audience.PASS, 1)
    assert [n for n in range(10) if cache.get(str(n), 1)] == [7, 8, 9]


def test_an_audience_of_another_cache_version_is_stale() -> None:
    cache = AudienceCache()
    cache.put("cookie", Audience.PASS, 1)
    assert cache.get("cookie", 2) is None
    assert cache.get("cookie", 1) is Audience.PASS
    cache.drop("cookie")
    assert cache.last("cookie") is None
