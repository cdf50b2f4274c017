"""What an attacker does is followed through nginx's log, ours and the answer by one id (ASVS 16.2.4)."""

import json
import re

import pytest

from tests.caches.served_site import CacheSite
from tests.caches.wire import Front
from tests.faults.site import until

SENT = "ffffffffffffffffffffffffffffffff"
GUESSED = "A" * 43


@pytest.mark.sweep
def test_an_attacker_wants_the_two_logs_of_his_request_to_stay_apart(
    nginx: Front, cache_site: CacheSite
) -> None:
    proxy_line, event = joined(nginx, nginx, cache_site, f"/sign-in/{GUESSED}", 410)
    assert GUESSED not in proxy_line
    assert event["action"] == "reader.link_refused"


@pytest.mark.sweep
def test_an_attacker_wants_them_to_stay_apart_at_the_desk(
    nginx: Front, desk: Front, cache_site: CacheSite
) -> None:
    _, event = joined(nginx, desk, cache_site, f"/admin/set-up/{GUESSED}", 404)
    assert event["action"] == "operator.set_up_refused"


def joined(nginx: Front, front: Front, site: CacheSite, path: str, status: int) -> tuple[str, dict[str, str]]:
    """nginx's line and our event of a request that brings an id of its own."""
    assert nginx.certificate
    answer = front.get(path, X_Request_Id=SENT)
    assert answer.status == status
    ours = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", ours)
    assert ours != SENT, "the visitor does not choose it"
    log = nginx.certificate.parent / "access.log"
    until(lambda: ours in log.read_text("utf-8"))  # nginx writes once a second
    proxy_line = line_with(ours, log.read_text("utf-8"))
    assert proxy_line.startswith("127.0.0.1 [")
    event = json.loads(line_with(ours, (site.home / "serve.log").read_text("utf-8")))
    assert event["request"] == ours
    return proxy_line, event


def line_with(words: str, text: str) -> str:
    """The one line that has these words."""
    (line,) = [line for line in text.splitlines() if words in line]
    return line
