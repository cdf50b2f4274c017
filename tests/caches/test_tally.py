"""Views that wait in memory are written when a process ends in order, whichever of them they reached."""

import json
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import func, select

from carrel import clock
from carrel.ads.impression_tokens import ImpressionToken, make
from carrel.ads.models import AdCount
from carrel.services import Services, make_services
from carrel.settings import load
from tests.caches.served_site import PRODUCTION, CacheSite
from tests.caches.wire import NAME
from tests.support.served import served

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def tell(port: int, services: Services, slot: str) -> int:
    """What our script sends, on a connection of its own: any process may get it."""
    stamp = make(services.signer, ImpressionToken("77", slot, "cpb", "what-cmp-means", clock.now()))
    headers = {
        "Host": NAME, "Origin": f"https://{NAME}", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9",
        "User-Agent": FIREFOX, "Accept-Language": "en",
    }  # fmt: skip
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", "/seen", json.dumps({"kind": "view", "stamps": [stamp]}), headers)
        return connection.getresponse().status


@pytest.mark.sweep
def test_nothing_is_lost_when_the_server_is_stopped_and_two_processes_count_a_browser_once(
    cache_site: CacheSite, tmp_path: Path
) -> None:
    environ = PRODUCTION | {"CARREL_HOME": str(cache_site.home)}
    services = make_services(load(environ))
    with served(environ, NAME, tmp_path / "log", workers=2) as port:
        answers = [tell(port, services, f"slot{number % 10}") for number in range(60)]
    assert set(answers) == {204}
    with services.db.read() as session:
        assert session.scalar(select(func.sum(AdCount.views)).where(AdCount.ad == "77")) == 10
    services.db.close()
