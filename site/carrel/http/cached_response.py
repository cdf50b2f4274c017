"""Serving a kept edition: rendered once, then answered from memory with an ETag and a 304."""

from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Response, request
from sqlalchemy.exc import OperationalError

from carrel import clock
from carrel.http.services import services
from carrel.page_cache import Audience, CachedPage, keep

log = structlog.get_logger()
CACHE_CONTROL = {
    Audience.GUEST: "public, max-age=0, s-maxage=60",
    Audience.READER: "private, no-cache",
    Audience.PASS: "private, no-cache",
}
# What a renderer returns: the page, the moment at which the clock alone makes it old (or never), and
# perhaps when what it says last changed.
Rendering = tuple[str, datetime | None] | tuple[str, datetime | None, datetime]


def serve_edition(
    key: str, edition: Audience, render: Callable[[], Rendering], mimetype: str = "text/html"
) -> Response:
    """The edition of a page under its key, rendered only when none is kept.

    While the database is away, the last one stands, however old (as RFC 5861's `stale-if-error`).
    """
    return _answer(_kept(key, edition, render, mimetype), CACHE_CONTROL[edition])


def _kept(key: str, edition: Audience, render: Callable[[], Rendering], mimetype: str) -> CachedPage:
    desk = services()
    epoch = desk.epoch.value()
    if page := desk.pages.get(key, edition, epoch, clock.now()):
        return page
    try:
        made = render()
    except OperationalError as away:
        if last := desk.pages.last(key, edition):
            log.warning("an older page is shown", problem=str(away.orig))
            return last
        raise
    changed_at = made[2] if len(made) == 3 else None
    # The epoch from before rendering: a change during it makes the page old at once, never stale.
    page = keep(made[0], epoch, made[1], mimetype, changed_at)
    desk.pages.put(key, edition, page)
    return page


def _answer(page: CachedPage, cache_control: str) -> Response:
    zipped = request.accept_encodings.quality("gzip") > 0
    response = Response(page.gzipped if zipped else page.body, mimetype=page.mimetype)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    response.last_modified = page.changed_at
    response.set_etag(f"{page.digest}-gzip" if zipped else page.digest)
    response.make_conditional(request)
    return response
