"""Lists of articles that belong together beyond an exam: a series, an author's work."""

from flask import Blueprint, Response, abort

from articles import authors, lists, series
from carrel.ads.ad_server import AdContext, SlotPlace
from carrel.http.cached_response import Rendering
from carrel.http.page_number import page_number, path_of
from carrel.page_cache import Audience
from carrel.services import services
from website.pages import json_ld
from website.pages.library import serve_with_slots
from website.pages.page_context import Meta, PageContext
from website.pages.paging import around, title_of

blueprint = Blueprint("lists", __name__)


@blueprint.get("/series/<slug>/", endpoint="series")
def series_page(slug: str) -> Response:
    """A series: its parts in order."""
    return serve_with_slots(f"/series/{slug}/", lambda audience: render_series(slug, audience))


def render_series(slug: str, audience: Audience) -> Rendering:
    """The parts."""
    with services().db.read() as session:
        context = PageContext(session, f"/series/{slug}/", audience)
        found = series.find_series(session, slug, context.now) or abort(404)
        count, minutes = len(found.parts), sum(part.reading_minutes for part in found.parts)
        slots, _ = context.slots([SlotPlace.LIST], AdContext(context.path))
        noun = "part" if count == 1 else "parts"
        meta = Meta(
            found.name,
            f"{found.name}: {count} {noun}, {minutes} minutes in all.",
            json_ld=json_ld.of_series(found, services().settings),
        )
        html = context.render("pages/series.html", meta, series=found, minutes=minutes, slots=slots)
        return html, context.fresh_until


@blueprint.get("/authors/<slug>/")
def author(slug: str) -> Response:
    """An author: who it is, and the articles, a page at a time."""
    number = page_number()
    path = path_of(f"/authors/{slug}/", number)
    return serve_with_slots(path, lambda audience: render_author(slug, audience, number))


def render_author(slug: str, audience: Audience, number: int = 1) -> Rendering:
    """A page of the author's work."""
    settings = services().settings
    with services().db.read() as session:
        context = PageContext(session, path_of(f"/authors/{slug}/", number), audience)
        author = authors.find_author(session, slug, context.now) or abort(404)
        page = lists.author_page(session, author, context.now, number) or abort(404)
        slots, _ = context.slots([SlotPlace.LIST], AdContext(author.url))
        meta = Meta(
            title_of(author.name, page),
            author.bio or f"Articles on {settings.site_name} by {author.name}.",
            "profile",
            json_ld=json_ld.of_author(author, settings),
            around=around(author.url, page),
        )
        html = context.render("pages/author.html", meta, page=page, slots=slots)
        return html, context.fresh_until
