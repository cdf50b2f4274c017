"""What a page weighs on the wire, with everything but pictures that a first visit brings: 50 kB at most."""

from http.client import HTTPConnection
from typing import Any

import pytest
from lxml import html

from tests.caches.people import Kind
from tests.caches.served_site import CacheSite
from tests.caches.wire import NAME

MOST_BYTES = 50_000
PAGES = ["/", "/articles/what-cmp-means/", "/articles/utilization-management/", "/exams/cpb/", "/search?q=claim", "/pass/", "/study/cpb/", "/study/cpb/practice"]  # fmt: skip
# What browsers fetch by themselves to show a page. An icon is fetched after it, but it is paid for.
FETCHED = "//link[@rel='stylesheet' or @rel='icon' or @rel='preload' or @rel='modulepreload']/@href | //script[@src]/@src"


def sent(site: CacheSite, path: str, cookie: str) -> tuple[int, bytes]:
    """How many bytes of body and headers an answer has, and the body without its compression."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    headers = {"Host": NAME, "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip", "Cookie": cookie}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    weight = len(answer.read()) + sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    assert answer.status == 200, path
    connection.request("GET", path, headers=headers | {"Accept-Encoding": "identity"})
    plain = connection.getresponse().read()
    connection.close()
    return weight, plain


@pytest.mark.parametrize("kind", ["guest", "reader", "holder"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_with_all_that_it_needs_is_light(cache_site: CacheSite, path: str, kind: Kind) -> None:
    cookie = next(person.cookie for person in cache_site.people if person.kind == kind)
    weight, page = sent(cache_site, path, cookie)
    document: Any = html.fromstring(page)
    later = " ".join(document.xpath("//@data-later")).split()
    needed: list[str] = sorted({*document.xpath(FETCHED), *later})
    assert len(needed) >= 2, "style and icon"
    parts = {each: sent(cache_site, each, "")[0] for each in needed}
    assert weight + sum(parts.values()) <= MOST_BYTES, (weight, parts)
