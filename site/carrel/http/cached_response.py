"""Serving a page from the cache: rendered once, then answered from memory with an ETag and a 304."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Response, request
from sqlalchemy.exc import OperationalError

from carrel import clock
from carrel.http import fetch_metadata
from carrel.http.encodings import best_encoding
from carrel.page_cache import Audience, CachedPage, compress
from carrel.services import cache_version, services

log = structlog.get_logger()
CACHE_CONTROL = {
    Audience.GUEST: "public, max-age=0, s-maxage=60",
    Audience.READER: "private, no-cache",
    Audience.PASS: "private, no-cache",
}
KEPT = "carrel.kept_page"
# What a renderer returns: the page, the moment at which time alone makes it stale (or None), and perhaps
# when its content last changed.
Rendering = tuple[str, datetime | None] | tuple[str, datetime | None, datetime]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """What the response cache must know of a page that may be answered without Flask."""

    key: str
    audience: Audience
    cache_version: int
    fresh_until: datetime | None


def serve_cached(
    key: str, audience: Audience, render: Callable[[], Rendering], mimetype: str = "text/html"
) -> Response:
    """The page under this key for this audience, rendered only when it is not in the cache.

    A page whose key is its address may be answered without Flask from then on (`carrel.http.response_cache`).
    While the database is away, the last one is served, however old (as RFC 5861's `stale-if-error`).
    """
    page = cached_page(key, audience, render, mimetype)
    # A view that refuses some uses must be asked each time.
    if fetch_metadata.rule(request.endpoint or "", "GET", fetch_metadata.PAGE) is fetch_metadata.PUBLIC:
        request.environ[KEPT] = KeptPage(key, audience, page.cache_version, page.fresh_until)
    return response_of(page, CACHE_CONTROL[audience])


def cached_page(key: str, audience: Audience, render: Callable[[], Rendering], mimetype: str) -> CachedPage:
    """What is cached under this key for this audience, rendered only when nothing fresh is."""
    cache = services().page_cache
    # From before rendering: a change during it makes the page stale at once, and never hides.
    version = cache_version()
    if page := cache.get(key, audience, version, clock.now()):
        return page
    try:
        body, fresh_until, *changed_at = render()
    except OperationalError as error:
        if last := cache.last(key, audience):
            log.warning("an older page is shown", problem=str(error.orig))
            return last
        raise
    page = compress(body, version, fresh_until, mimetype, changed_at[0] if changed_at else None)
    cache.put(key, audience, page)
    return page


def response_of(page: CachedPage, cache_control: str) -> Response:
    """The page as it is sent, or 304 to who has it already."""
    encoding = best_encoding(request.headers.get("Accept-Encoding", ""))
    response = Response(page.encoded(encoding), mimetype=page.mimetype)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    if page.changed_at:
        response.last_modified = page.changed_at
    response.set_etag(f"{page.digest}-{encoding}" if encoding else page.digest)
    response.make_conditional(request)
    del response.headers["Date"]  # the server says it of every response
    return response
