"""What an attacker does is followed through nginx's log, ours and the answer by one id (ASVS 16.2.4)."""

import json
import re

from tests.caches.conftest import CacheSite
from tests.caches.wire import Front

SENT = "ffffffffffffffffffffffffffffffff"


def test_an_attacker_wants_the_two_logs_of_his_request_to_stay_apart(
    nginx: Front, cache_site: CacheSite
) -> None:
    assert nginx.certificate
    answer = nginx.get(f"/sign-in/{'A' * 43}", X_Request_Id=SENT)
    assert answer.status == 410
    ours = answer.headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", ours)
    assert ours != SENT, "the visitor does not choose it"
    nginx.get("/healthz")  # nginx writes a line after its answer, and before the next one
    proxy_line = line_with(ours, (nginx.certificate.parent / "access.log").read_text("utf-8"))
    assert proxy_line.startswith("127.0.0.1 [")
    assert "A" * 20 not in proxy_line
    event = json.loads(line_with(ours, (cache_site.home / "serve.log").read_text("utf-8")))
    assert (event["action"], event["request"]) == ("reader.link_refused", ours)


def line_with(words: str, text: str) -> str:
    """The one line that has these words."""
    (line,) = [line for line in text.splitlines() if words in line]
    return line
