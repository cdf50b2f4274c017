"""WEB-04: a personal page never comes under an address that looks like a file."""

from contextlib import closing

import pytest

from tests.caches.served_site import CacheSite
from tests.caches.wire import Front

PERSONAL = ["/account", "/me", "/pass/thanks", "/sign-in", "/search", "/newsletter/preferences/x"]
TAILS = [
    "/x.css", "/.css", ".css", ";x.css", "/;x.css", "%3bx.css", "/%2fx.css", "%2fx.css", "/x%00.css", "%00.css",
    "/x%0a.css", "%0a.css", "/%23x.css", "%23x.css", "/%3fx.css", "%3fx.css", "//x.css", "/./x.css", "/..;/x.css",
    ".rss", ".xml", ".json", ".js", ".pdf", "/x.jpg", "/index.html", "/..%2fstatic/x.css", "/%2e%2e/static/x.css",
    "\\x.css", "%5cx.css", "~x.css", "$x.css", "!x.css", ",x.css", "/%c0%afx.css", "%20.css", "/x.css%20", "%09.css",
]  # fmt: skip
ROUND_ABOUT = [
    "//account/x.css", "/static/..%2faccount/", "/static/%2e%2e/account/", "/static/../account/x.css", "/./account/x.css",
    "/x.css/..%2faccount/", "/ACCOUNT/x.css", "/%61ccount/x.css", "/account%2f", "/media/..%2f..%2fme", "/me/%2e.css",
    "/articles/what-cmp-means.md/../../me.css", "/me%2f.css", "/feeds/x.css", "/account/?x.css", "/me?x.css",
]  # fmt: skip


@pytest.mark.sweep
@pytest.mark.parametrize("page", PERSONAL)
def test_web_04_a_personal_page_has_no_second_address_that_looks_like_a_file(
    cache_site: CacheSite, front: Front, page: str
) -> None:
    assert [fault for tail in TAILS for fault in faults(cache_site, front, page + tail)] == []


@pytest.mark.sweep
def test_web_04_nor_is_there_a_way_round_about(cache_site: CacheSite, front: Front) -> None:
    assert [fault for path in ROUND_ABOUT for fault in faults(cache_site, front, path)] == []


def faults(cache_site: CacheSite, front: Front, path: str) -> list[str]:
    """Anna follows the link; then a stranger asks for the same address, hoping that the cache kept hers."""
    anna = next(person for person in cache_site.people if person.kind == "reader")
    with closing(front.connect()) as wire:
        hers, strangers = wire.get(path, {"Cookie": anna.cookie}), wire.get(path)
    found = []
    if anna.email in strangers.text or (strangers.kept and anna.email in hers.text):
        found.append(f"{path} gives Anna's page to a stranger")
    # What is no address of ours says so, and is kept by nobody.
    if "." in path.partition("?")[0].rpartition("/")[2]:
        if hers.status not in {301, 308, 400, 404, 405}:
            found.append(f"{path} answers {hers.status}")
        if "no-store" not in hers.headers.get("cache-control", "no-store"):
            found.append(f"{path} may be kept: {hers.headers['cache-control']}")
    return found
