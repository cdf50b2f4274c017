"""More requests than people send: others are to wait, or the machine is to work for nothing."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.caches import nginx as nginxes
from tests.caches.served_site import CacheSite
from tests.caches.wire import NAME, Answer, Front
from tests.support.browser import Browser
from tests.support.served import running, wait_for
from website.pages.search_limit import PER_ADDRESS, PER_NETWORK

# nginx takes an address from a header here, so that one machine can be many visitors.
MANY = "http {\n    set_real_ip_from 127.0.0.1;\n    real_ip_header X-Visitor;"
BURST = 120  # as the shipped file allows at once for searches


@contextmanager
def before_many_visitors(folder: Path, app_port: int, *changes: tuple[str, str]) -> Iterator[Front]:
    """nginx before them, with these changes to the shipped file."""
    config, _, secure = nginxes.configure(folder, app_port)
    around = config.read_text("utf-8").replace("http {", MANY, 1)
    config.write_text(around.replace("worker_connections 256", "worker_connections 2048"), "utf-8")
    shipped = (folder / "carrel.conf").read_text("utf-8")
    for old, new in changes:
        assert old in shipped
        shipped = shipped.replace(old, new)
    (folder / "carrel.conf").write_text(shipped, "utf-8")
    front = Front("nginx", secure, folder / "fullchain.pem")
    with running(
        nginxes.program() or "nginx", "-c", str(config), "-p", str(folder), log=folder / "log"
    ) as process:
        wait_for(lambda: front.get("/healthz").status == 200, process, folder / "log")
        yield front


@pytest.fixture(scope="module")
def many(cache_site: CacheSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx before many visitors."""
    with before_many_visitors(tmp_path_factory.mktemp("many"), cache_site.port) as front:
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


FEWER = (("rate=300r/s", "rate=1r/s"), ("burst=6000", "burst=60"))  # what is refused is the same, only sooner
CONNECTIONS = 300  # of one visitor, as the shipped file allows
HELD = f"POST /subscribe/ HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9\r\n"  # its body never comes


@pytest.fixture(scope="module")
def few(cache_site: CacheSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The same with a limit of requests that a test reaches on any machine."""
    with before_many_visitors(tmp_path_factory.mktemp("few"), cache_site.port, *FEWER) as front:
        yield front


@pytest.mark.faults
def test_an_attacker_wants_every_process_busy_with_his_requests_and_others_still_read(few: Front) -> None:
    with closing(few.connect()) as wire:
        flood = Counter(said(wire.get("/robots.txt", {"X-Visitor": "192.0.2.9"})) for _ in range(200))
    assert flood[200] >= 60
    assert flood["refused by nginx"] > 60
    assert few.get("/articles/what-cmp-means/", X_Visitor="198.51.100.9").status == 200


@pytest.mark.faults
def test_an_attacker_wants_every_connection_and_others_still_get_one(many: Front) -> None:
    with ExitStack() as held:
        wires = [held.enter_context(closing(many.connect())) for _ in range(CONNECTIONS)]
        for wire in wires:
            wire.connect()
            wire.sock.sendall(f"{HELD}X-Visitor: 192.0.2.10\r\n\r\n".encode())
        # The last of them may still be on its way: ask until all are counted.
        answers = [many.get("/robots.txt", X_Visitor="192.0.2.10").status for _ in range(50)]
        assert 429 in answers
        assert many.get("/robots.txt", X_Visitor="198.51.100.10").status == 200
    assert many.get("/about/", X_Visitor="198.51.100.11").status == 200


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


@pytest.mark.sweep
@pytest.mark.usefixtures("one_minute")
def test_an_attacker_wants_to_be_a_whole_network_of_searchers(app: Flask) -> None:
    browsers = [Browser(app, ip=f"192.0.2.{number}") for number in range(1, 250)]
    found = Counter(
        browsers[number % 249].get("/search?q=x").status_code for number in range(PER_NETWORK + 20)
    )
    assert found == {200: PER_NETWORK, 429: 20}
