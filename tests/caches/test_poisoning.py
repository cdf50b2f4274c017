"""WEB-05, WEB-06: what a visitor says of themselves changes no page that others get."""

import itertools
import re
from contextlib import closing

import pytest

from tests.caches.served_site import CacheSite
from tests.caches.wire import NAME, Front

EVIL = "evil.example"
PAGE = "/articles/what-cmp-means/"
HEADERS = {
    "X-Forwarded-Host": EVIL, "X-Forwarded-Server": EVIL, "X-Host": EVIL, "X-Forwarded-Scheme": "http",
    "X-Forwarded-Proto": "http", "X-Forwarded-Port": "1234", "X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil",
    "Forwarded": f"for=1.2.3.4;host={EVIL};proto=http", "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1",
    "X-Original-URL": "/account/", "X-Rewrite-URL": "/account/", "X-HTTP-Method-Override": "POST",
    "X-HTTP-Method": "DELETE", "X-Method-Override": "PUT", "X-Original-Host": EVIL, "X-HTTP-Host-Override": EVIL,
    "X-Ghost-Preview": "1", "X-Preview": "1", "X-WordPress-Preview": "1", "X-Wap-Profile": f"http://{EVIL}/x.xml",
    "Accept": "text/markdown", "Accept-Language": "de", "User-Agent": "Mozilla/5.0 (iPhone) Googlebot",
    "Referer": f"https://{EVIL}/", "Origin": f"https://{EVIL}", "Range": "bytes=0-10", "If-None-Match": '"x"',
    "If-Modified-Since": "Sat, 21 Nov 2099 00:00:00 GMT", "X-Requested-With": "XMLHttpRequest", "Purpose": "prefetch",
    "Sec-GPC": "1", "Save-Data": "on", "Accept-Encoding": "br;q=1, gzip;q=0", "Upgrade-Insecure-Requests": "1",
    "Cookie": "session=1; theme=dark; edition=pass; ad_free=1", "Via": "1.1 evil", "X-Accel-Redirect": "/account/",
    "X-Sendfile": "/etc/passwd", "Cache-Control": "no-cache", "Pragma": "no-cache", "Authorization": "Basic eDp4",
}  # fmt: skip
QUERIES = [
    "utm_source=x",
    "utm_content=<script>",
    "utm_content=%3Cscript%3E",
    "x=1",
    "edition=pass",
    "preview=1",
    "callback=evil",
    "_method=POST",
    "lang=de",
]
# Proves that an ad was shown, for an hour: another one in the next.
STAMP = re.compile(r'data-house="[^"]+"')
_numbers = itertools.count()


def without_stamps(page: str) -> str:
    return STAMP.sub("", page)


@pytest.fixture(scope="module")
def clean(cache_site: CacheSite, nginx: Front) -> str:
    """The page as everybody gets it."""
    answer = nginx.get(PAGE)
    assert answer.status == 200
    assert STAMP.search(answer.text)
    return without_stamps(answer.text)


@pytest.mark.parametrize("name", HEADERS)
def test_web_05_an_unkeyed_header_changes_no_page_that_others_get(
    front: Front, clean: str, name: str
) -> None:
    fresh = f"{PAGE}?b={next(_numbers)}"
    with closing(front.connect()) as wire:
        first = wire.get(fresh, {name: HEADERS[name]})
        after = wire.get(fresh)
    assert after.status == 200
    assert without_stamps(after.text) == clean
    assert EVIL not in first.text
    assert EVIL not in str(first.headers)


@pytest.mark.parametrize("query", QUERIES)
def test_web_05_a_query_that_a_page_does_not_have_changes_nothing(
    front: Front, clean: str, query: str
) -> None:
    assert without_stamps(front.get(f"{PAGE}?{query}").text) == clean


@pytest.mark.parametrize(
    "host", [EVIL, f"{NAME}.{EVIL}", f"{NAME}@{EVIL}", "localhost", "127.0.0.1", f"{NAME}:1234", f"x{NAME}"]
)
def test_web_06_another_host_gets_no_page(front: Front, host: str) -> None:
    answer = front.get(PAGE, Host=host)
    assert answer.status in {400, 421} or (
        front.name == "nginx" and host == f"{NAME}:1234" and answer.status == 200
    )
    assert EVIL not in answer.text
    assert EVIL not in answer.headers.get("location", "")


def test_web_06_every_absolute_address_in_a_page_has_the_host_of_the_settings(clean: str) -> None:
    own = re.findall(r'(?:href|content|action|src)="(https?://[^/"]+)[^"]*"', clean)
    canonical = re.search(r'<link rel="canonical" href="([^"]+)"', clean)
    assert canonical is not None
    assert canonical[1] == f"https://{NAME}{PAGE}"
    assert f"https://{NAME}" in own
