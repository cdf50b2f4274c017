"""The configuration that we ship, beyond its cache."""

import re
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import brotli
import pytest

from tests.caches import nginx as nginxes
from tests.caches.served_site import PRODUCTION, CacheSite
from tests.caches.wire import NAME, Front
from tests.faults.site import until
from tests.support.served import running, served, wait_for

PAGE = "/articles/what-cmp-means/"


def holder(cache_site: CacheSite) -> str:
    return next(person.cookie for person in cache_site.people if person.kind == "holder")


def test_decision_8_a_guests_page_is_kept_and_a_readers_is_not(cache_site: CacheSite, nginx: Front) -> None:
    path = f"{PAGE}?kept"
    reader = next(person for person in cache_site.people if person.kind == "reader")
    assert [nginx.get(path).headers["x-cache"] for _ in range(2)] == ["MISS", "HIT"]
    assert nginx.get(path, Cookie=reader.cookie).headers["x-cache"] == "BYPASS"
    assert nginx.get(path, Cookie="_ga=1").headers["x-cache"] == "HIT"


def test_a_guest_without_gzip_gets_a_plain_page(nginx: Front) -> None:
    path = f"{PAGE}?plain"
    packed, plain = nginx.get(path), nginx.get(path, Accept_Encoding="identity")
    refused = nginx.get(path, Accept_Encoding="gzip;q=0, deflate")
    assert packed.headers.get("content-encoding") == "gzip"
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert packed.text == plain.text == refused.text


@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "br", "deflate, br", "br, gzip;q=0.5"])
def test_a_guest_who_takes_brotli_gets_it_from_the_cache(nginx: Front, accepted: str) -> None:
    path = f"{PAGE}?brotli={len(accepted)}"
    fresh, kept = (nginx.get(path, Accept_Encoding=accepted) for _ in range(2))
    assert (fresh.kept, kept.kept) == (False, True)
    assert fresh.headers["content-encoding"] == kept.headers["content-encoding"] == "br"
    assert brotli.decompress(kept.body).decode() == nginx.get(path).text


@pytest.mark.parametrize("accepted", ["br;q=0", "brr", "xbr", "br;q=0, identity"])
def test_a_guest_who_takes_no_brotli_gets_none(nginx: Front, accepted: str) -> None:
    assert "content-encoding" not in nginx.get(PAGE, Accept_Encoding=accepted).headers


def test_a_page_with_a_secret_is_never_packed(cache_site: CacheSite, nginx: Front) -> None:
    assert "content-encoding" not in nginx.get("/sign-in/", Cookie=holder(cache_site)).headers


def test_nginx_tells_no_version_and_keeps_the_headers_of_the_site(nginx: Front) -> None:
    headers = nginx.get(PAGE).headers
    assert headers["server"] == "nginx"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=31536000")


def test_an_etag_saves_the_second_journey(cache_site: CacheSite, nginx: Front) -> None:
    for cookie in ("", holder(cache_site)):
        first = nginx.get(PAGE, Cookie=cookie)
        again = nginx.get(PAGE, Cookie=cookie, If_None_Match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")


def test_plain_http_leads_to_https_and_another_name_nowhere(cache_site: CacheSite, tmp_path: Path) -> None:
    config, plain, _ = nginxes.configure(tmp_path, cache_site.port)
    command = (nginxes.program() or "nginx", "-c", str(config), "-p", str(tmp_path))

    def ask(host: str) -> tuple[int, str | None]:
        connection = HTTPConnection("127.0.0.1", plain, timeout=30)
        try:
            connection.request("GET", "/articles/x/?y=1", headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location")
        finally:
            connection.close()

    with running(*command, log=tmp_path / "out.log") as process:
        wait_for(lambda: ask(NAME)[0] == 308, process, tmp_path / "error.log")
        assert ask(NAME) == (308, f"https://{NAME}/articles/x/?y=1")
        assert ask("evil.example")[0] == 421


@pytest.mark.sweep
def test_when_the_app_is_away_guests_go_on_reading_and_a_holder_gets_no_guests_page(
    cache_site: CacheSite, tmp_path: Path
) -> None:
    with ExitStack() as app, ExitStack() as caches:
        port = app.enter_context(
            served(PRODUCTION | {"CARREL_HOME": str(cache_site.home)}, NAME, tmp_path / "log", 1)
        )
        front = caches.enter_context(nginxes.nginx(tmp_path, port))
        before = front.get(PAGE)
        app.close()
        assert front.get(PAGE).text == before.text
        assert front.get(PAGE, Cookie=holder(cache_site)).status == 502


@pytest.mark.sweep
def test_an_address_with_a_token_is_cut_short_in_the_log(nginx: Front) -> None:
    secret = "s3cretTokenThatIsAKeyToSomebodysSubscription"
    assert nginx.certificate is not None
    file = nginx.certificate.parent / "access.log"
    earlier = len(file.read_text("utf-8"))  # of other tests, whose nginx it is too
    for path in (
        f"/newsletter/preferences/{secret}",
        f"/newsletter/confirm/{secret}",
        f"/feeds/{secret}.xml",
        f"/sign-in/{secret}",
    ):
        nginx.get(path)
    until(lambda: "/sign-in/*" in file.read_text("utf-8")[earlier:])  # nginx writes once a second
    log = file.read_text("utf-8")[earlier:]
    assert '"GET /newsletter/preferences/*"' in log
    assert '"GET /feeds/*"' in log
    assert secret not in log


@pytest.mark.sweep
def test_a_response_from_the_cache_is_logged_without_an_id(nginx: Front) -> None:
    assert nginx.certificate is not None
    file = nginx.certificate.parent / "access.log"
    for status in ("MISS", "HIT"):
        assert nginx.get(f"{PAGE}?logged").headers["x-cache"] == status
    until(lambda: "HIT -" in file.read_text("utf-8"))
    lines = [line for line in file.read_text("utf-8").splitlines() if f"GET {PAGE}" in line]
    assert all(re.search(r" HIT -$| (MISS|BYPASS|EXPIRED|-) [0-9a-f]{32}$", line) for line in lines), lines
