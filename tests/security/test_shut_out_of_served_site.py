"""Ten thousand requests from a thousand networks, through nginx and gunicorn as they are shipped."""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from carrel.accounts import known_browsers
from carrel.accounts.mail_limits import PER_SITE
from carrel.accounts.models import LimitHits
from carrel.audit import AuditEntry
from carrel.services import make_services
from carrel.settings import load
from tests.caches.served_site import PRODUCTION, CacheSite
from tests.caches.wire import NAME, Front, Wire
from tests.security.test_floods import many
from tests.support.accounts import ANNA

__all__ = ["many"]
REQUESTS, NETWORKS, THREADS = 10_000, 1_000, 4


def ask(wire: Wire, token: str, email: str, visitor: str, cookie: str = "") -> int:
    """Ask for a sign-in mail; the status of the answer."""
    headers = {"Host": NAME, "Origin": f"https://{NAME}", "X-Visitor": visitor, "Cookie": cookie}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    wire.request("POST", "/sign-in/", urlencode({"csrf_token": token, "email": email}), headers)
    response = wire.getresponse()
    response.read()
    return response.status


@pytest.mark.faults
def test_a_flood_over_the_wire_wants_to_shut_sign_in_for_browsers_that_we_know(
    many: Front,
    cache_site: CacheSite,
) -> None:
    services = make_services(load(PRODUCTION | {"CARREL_HOME": str(cache_site.home)}))
    device = f"__Host-carrel_known={known_browsers.issue(services.signer, ANNA)}"
    token = re.findall(r'name="csrf_token" value="([^"]+)"', many.get("/sign-in/").text)[0]
    with services.db.read() as session:
        entries = session.scalar(select(func.count(AuditEntry.id)))
        before = session.scalar(select(func.count()).select_from(LimitHits)) or 0
    began = time.monotonic()

    def part(first: int) -> Counter[int]:
        with closing(many.connect()) as wire:
            return Counter(ask(wire, token, *request(number)) for number in range(first, REQUESTS, THREADS))

    def request(number: int) -> tuple[str, str]:
        network = number % NETWORKS
        email = ANNA if number % 2 else f"somebody-{number}@example.org"
        return email, f"10.{network // 250}.{network % 250}.{number // NETWORKS}"

    with ThreadPoolExecutor(THREADS) as strangers:
        answers = sum(strangers.map(part, range(THREADS)), Counter[int]())
    windows = (time.monotonic() - began) // PER_SITE.period.total_seconds() + 1
    assert set(answers) == {303, 429}
    assert 0 < answers[303] <= PER_SITE.count * windows
    with closing(many.connect()) as wire:
        assert ask(wire, token, ANNA, "203.0.113.5", device) == 303, "from home"
        assert ask(wire, token, ANNA, "10.0.0.1", device) == 303, "from where the flood comes"
    with services.db.read() as session:
        assert session.scalar(select(func.count(AuditEntry.id))) == entries
        rows = session.scalar(select(func.count()).select_from(LimitHits)) or 0
    assert rows - before <= answers[303] * 5 + 10, "what is refused leaves no row"
    services.db.close()
