"""The feeds, as routes."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from articles import queries
from carrel import clock
from carrel.http.assets import asset_url
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from newsletter.feeds import private_feed as private
from newsletter.feeds import scopes
from newsletter.feeds.collect import collect
from newsletter.feeds.feed_ads import FeedAds
from newsletter.feeds.formats import FORMATS, write
from newsletter.feeds.scopes import FeedNotFoundError, Scope
from newsletter.feeds.xml import ATOM, RSS

blueprint = Blueprint("feeds", __name__)

ScopeOf = Callable[[Session, datetime], Scope]
FILE = '<any("feed.xml", "atom.xml", "feed.json"):file>'
DISPLAYABLE = "application/xml"  # browsers show RSS and Atom as source under their own names


@blueprint.get(f"/{FILE}")
def site_feed(file: str) -> Response:
    """The feed of the whole site."""
    return _serve(file, "/", lambda _session, _now: scopes.of_site(services().settings))


@blueprint.get(f"/exams/<exam>/{FILE}")
def exam_feed(exam: str, file: str) -> Response:
    """The feed of one exam. 404 for one that does not exist."""
    settings = services().settings
    return _serve(file, f"/exams/{exam}/", lambda session, now: scopes.of_exam(session, settings, exam, now))


@blueprint.get(f"/topics/<topic>/{FILE}")
def topic_feed(topic: str, file: str) -> Response:
    """The feed of one topic. 404 for one that does not exist."""
    settings = services().settings
    return _serve(
        file, f"/topics/{topic}/", lambda session, now: scopes.of_topic(session, settings, topic, now)
    )


@blueprint.get("/feeds/<token>.xml")
def private_feed(token: str) -> Response:
    """The private feed. 404 once it was revoked, the pass refunded, or the extra turned off."""
    app = services()
    with app.db.read() as session:
        if not private.is_valid(session, app.settings, app.signer, token):
            abort(404)
    return _displayable(serve_cached("feed:private", Audience.PASS, _render_private, RSS))


def _serve(file: str, folder: str, scope_of: ScopeOf) -> Response:
    self_url = f"{services().settings.base_url}{folder}{file}"
    try:
        return _displayable(
            serve_cached(
                f"{folder}{file}",
                Audience.GUEST,
                lambda: _render(file, self_url, scope_of),
                FORMATS[file].media_type,
            )
        )
    except FeedNotFoundError:
        abort(404)


def _displayable(response: Response) -> Response:
    """Serve the same bytes with a media type that a browser displays, when a person opens them in one."""
    response.vary.add("Sec-Fetch-Dest")
    if request.headers.get("Sec-Fetch-Dest") == "document" and response.mimetype in {RSS, ATOM}:
        response.mimetype = DISPLAYABLE
    return response


def _render(file: str, self_url: str, scope_of: ScopeOf) -> Rendering:
    app, now = services(), clock.now()
    with app.db.read() as session:
        ads = FeedAds(session, app.settings, app.signer, now)
        feed = collect(session, app.settings, scope_of(session, now), now, self_url=self_url, ads=ads)
        changes = [ads.until, queries.next_change(session, now)]
    fresh_until = min(moment for moment in changes if moment)
    return write(feed, file, asset_url("css/feed.css")), fresh_until, feed.changed


def _render_private() -> Rendering:
    settings, now = services().settings, clock.now()
    with services().db.read() as session:
        feed = collect(session, settings, scopes.of_site(settings), now, self_url=None, ads=None)
        fresh_until = queries.next_change(session, now)
    return write(feed, "feed.xml", asset_url("css/feed.css")), fresh_until, feed.changed
