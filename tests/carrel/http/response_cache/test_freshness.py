"""For whom and for how long an answer holds: decision 8."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from articles.models import Article
from carrel import page_cache
from carrel.accounts import readers, sessions
from carrel.http.response_cache.answers import OVERHEAD_BYTES, Answer, Answers
from carrel.http.response_cache.request_key import RequestKey
from carrel.page_cache import Audience, CacheVersionWatch, Versions, bump_cache_version
from carrel.services import Services
from tests.carrel.http.response_cache.conftest import Site, ask

PAGE = "/articles/clean-claims/"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def services(services: Services) -> Services:
    """The same, but every request reads the cache version."""
    return replace(services, cache_version=CacheVersionWatch(services.db, poll_seconds=0))


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    """A clock that stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_each_audience_gets_its_own_page(site: Site) -> None:
    bodies = {}
    for _ in range(3):
        for who in ("guest", "reader", "holder"):
            reply = ask(site.cache, PAGE, **site.cookie(who))
            assert reply.said == ask(site.flask, PAGE, **site.cookie(who)).said
            bodies[who] = reply.body
    assert len(set(bodies.values())) == 3
    assert b'class="slot' not in bodies["holder"]


def test_decision_8_an_unpublished_page_is_gone_with_the_next_version(site: Site) -> None:
    assert not site.asks_flask(PAGE)
    with site.services.db.write() as session:
        session.execute(update(Article).values(expires=NOW - timedelta(seconds=1)))
        bump_cache_version(session)
    assert ask(site.cache, PAGE).status.startswith(("404", "410"))


def test_decision_8_the_version_is_never_older_than_half_a_second(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [1000.0]
    monkeypatch.setattr("carrel.page_cache.time.monotonic", lambda: passed[0])
    watch = CacheVersionWatch(site.services.db)
    before = watch.current()
    with site.services.db.write() as session:
        bump_cache_version(session)
    passed[0] += 0.5
    assert watch.current().pages == before.pages + 1


def test_decision_8_a_refunded_pass_has_ads_again_at_once(site: Site) -> None:
    assert not site.asks_flask(PAGE, **site.cookie("holder"))
    with site.services.db.write() as session:
        holder = sessions.find(session, site.tokens["holder"])
        assert holder is not None
        readers.set_ad_free(session, holder.reader_id, False)
    assert b'class="slot' in ask(site.cache, PAGE, **site.cookie("holder")).body


def test_a_sale_empties_no_cache_and_the_buyer_has_no_ads_from_the_next_request_on(site: Site) -> None:
    for who in ("guest", "holder", "reader"):
        assert not site.asks_flask(PAGE, **site.cookie(who))
    page = site.services.page_cache.get(
        PAGE, Audience.GUEST, site.services.cache_version.current().pages, NOW
    )
    with site.services.db.write() as session:
        buyer = sessions.find(session, site.tokens["reader"])
        assert buyer is not None
        readers.set_ad_free(session, buyer.reader_id, True)
    assert b'class="slot' not in ask(site.cache, PAGE, **site.cookie("reader")).body
    before = len(site.asked)
    ask(site.cache, PAGE)
    assert len(site.asked) == before
    version = site.services.cache_version.current().pages
    assert page
    assert site.services.page_cache.get(PAGE, Audience.GUEST, version, NOW) is page


def test_decision_8_a_cookies_audience_is_asked_anew_after_a_minute(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [1000.0]
    monkeypatch.setattr("carrel.page_cache.time.monotonic", lambda: passed[0])
    assert not site.asks_flask(PAGE, **site.cookie("reader"))
    passed[0] += 59.9
    before = len(site.asked)
    ask(site.cache, PAGE, **site.cookie("reader"))
    assert len(site.asked) == before
    passed[0] += 0.2
    ask(site.cache, PAGE, **site.cookie("reader"))
    assert len(site.asked) == before + 1


def test_who_signs_out_is_a_guest_with_the_next_request(site: Site) -> None:
    cookie = site.cookie("reader")
    assert not site.asks_flask(PAGE, **cookie)
    site.services.audience_cache.drop(site.tokens["reader"])  # as signing out does
    before = len(site.asked)
    ask(site.cache, PAGE, **cookie)
    assert len(site.asked) == before + 1


def test_a_page_is_rendered_anew_when_the_clock_changes_it(site: Site, noon: time_machine.Traveller) -> None:
    assert not site.asks_flask(PAGE)
    noon.shift(timedelta(minutes=10))  # the ads' window
    before = len(site.asked)
    ask(site.cache, PAGE)
    assert len(site.asked) == before + 1


def answer(body: bytes) -> Answer:
    return Answer("200 OK", [], body, "x", 1, None)


def key(path: str) -> RequestKey:
    return RequestKey("GET", path, "", "gzip", False, "")


def test_memory_is_bounded_and_the_least_recently_given_leaves() -> None:
    room = 2 * (OVERHEAD_BYTES + 10)
    answers = Answers(room)
    for path in ("a", "b"):
        answers.put(key(path), Audience.GUEST, answer(b"x" * 10))
    assert answers.get(key("a"), Audience.GUEST, 1, NOW)
    answers.put(key("c"), Audience.GUEST, answer(b"x" * 10))
    kept = [path for path in "abc" if answers.get(key(path), Audience.GUEST, 1, NOW)]
    assert (kept, answers.used_bytes) == (["a", "c"], room)


@pytest.mark.sweep
def test_strangers_cannot_fill_it_with_queries_tags_and_hosts(site: Site) -> None:
    ask(site.cache, PAGE)
    used = site.cache.answers.used_bytes
    for number in range(50):
        ask(site.cache, PAGE, query=f"x={number}")
        ask(site.cache, PAGE, query=f"page={number + 2}")
        ask(site.cache, PAGE, HTTP_IF_NONE_MATCH=f'"{number:032x}"')
        ask(site.cache, PAGE, HTTP_HOST=f"h{number}.example")
        ask(site.cache, f"/no-such-page/{number}")
        ask(site.cache, "/exams/cpb/", query=f"page={number + 100}")
    assert site.cache.answers.used_bytes == used


def test_a_site_that_starts_while_its_database_is_away_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_session: Session) -> Versions:
        raise OperationalError("SELECT", {}, ConnectionError("refused"))

    monkeypatch.setattr(page_cache, "current_versions", away)
    reply = ask(site.cache, "/")
    assert (reply.status, b"temporarily unavailable" in reply.body) == ("503 SERVICE UNAVAILABLE", True)
