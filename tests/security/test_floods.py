"""More requests than people send: others are to wait, or the machine is to work for nothing."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from tests.caches import nginx as nginxes
from tests.caches.conftest import CacheSite
from tests.caches.wire import Answer, Front
from tests.support.browser import Browser
from tests.support.served import running, wait_for
from website.pages.search_limit import PER_ADDRESS, PER_NETWORK

# nginx takes an address from a header here, so that one machine can be many visitors.
MANY = "http {\n    set_real_ip_from 127.0.0.1;\n    real_ip_header X-Visitor;"
BURST = 120  # as the shipped file allows at once for searches


@pytest.fixture(scope="module")
def many(cache_site: CacheSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx before many visitors."""
    folder = tmp_path_factory.mktemp("many")
    config, _, secure = nginxes.configure(folder, cache_site.port)
    config.write_text(config.read_text("utf-8").replace("http {", MANY, 1), "utf-8")
    front = Front("nginx", secure, folder / "fullchain.pem")
    with running(
        nginxes.program() or "nginx", "-c", str(config), "-p", str(folder), log=folder / "log"
    ) as process:
        wait_for(lambda: front.get("/healthz").status == 200, process, folder / "log")
        yield front


def said(answer: Answer) -> int | str:
    """Its status, or that nginx refused and the app did not hear of it."""
    by_the_app = "content-security-policy" in answer.headers
    return answer.status if by_the_app or answer.status != 429 else "refused by nginx"


def searches(front: Front, visitors: Iterable[str]) -> Counter[int | str]:
    """What is said to one search of each visitor, all over one connection, faster than anybody types."""
    with closing(front.connect()) as wire:
        return Counter(said(wire.get("/search?q=x", {"X-Visitor": visitor})) for visitor in visitors)


@pytest.mark.faults
def test_an_attacker_wants_the_processor_for_searches_and_others_still_find(many: Front) -> None:
    flood = searches(many, ["192.0.2.1"] * (BURST * 6))
    assert flood["refused by nginx"] > BURST, "three a second come free meanwhile"
    assert flood[200] >= 60
    assert searches(many, ["198.51.100.1"]) == {200: 1}
    assert many.get("/about/", X_Visitor="192.0.2.1").status == 200, "he may still read"


@pytest.mark.faults
def test_an_attacker_with_a_64_wants_to_be_many_visitors(many: Front) -> None:
    flood = searches(many, (f"2001:db8::{number:x}" for number in range(1, BURST * 6)))
    assert flood["refused by nginx"] > BURST
    assert searches(many, ["2001:db8:0:1::1"]) == {200: 1}


@pytest.mark.faults
def test_a_school_behind_one_address_meets_no_limit(many: Front) -> None:
    """Five hundred browsers open a page with its files at once, and a class searches."""
    numbers = itertools.count()

    def pupil(_: int) -> set[int]:
        with closing(many.connect()) as wire:
            paths = [f"/about/?of={next(numbers)}", *["/robots.txt"] * 5]
            return {wire.get(path, {"X-Visitor": "203.0.113.5"}).status for path in paths}

    with ThreadPoolExecutor(8) as school:
        assert set().union(*school.map(pupil, range(500))) == {200}
    assert searches(many, ["203.0.113.5"] * 60) == {200: 60}


@pytest.fixture
def one_minute() -> Iterator[None]:
    """The throttle counts by the minute: none ends while a test counts."""
    with time_machine.travel(datetime(2026, 11, 28, 12, 0, 1, tzinfo=UTC), tick=False):
        yield


@pytest.mark.usefixtures("one_minute")
def test_an_attacker_without_our_nginx_wants_to_search_without_end(app: Flask) -> None:
    one, neighbor, stranger = (Browser(app, ip=ip) for ip in ("192.0.2.1", "192.0.2.2", "198.51.100.1"))
    statuses = [one.get("/search?q=x").status_code for _ in range(PER_ADDRESS + 1)]
    assert statuses == [200] * PER_ADDRESS + [429]
    refused = one.get("/search?q=x")
    assert refused.headers["Retry-After"] == "60"
    assert "Wait a minute" in refused.text
    assert {each.get("/search?q=x").status_code for each in (neighbor, stranger)} == {200}


@pytest.mark.usefixtures("one_minute")
def test_an_attacker_wants_to_be_a_whole_network_of_searchers(app: Flask) -> None:
    browsers = [Browser(app, ip=f"192.0.2.{number}") for number in range(1, 250)]
    found = Counter(
        browsers[number % 249].get("/search?q=x").status_code for number in range(PER_NETWORK + 20)
    )
    assert found == {200: PER_NETWORK, 429: 20}
