"""About, contact, privacy, terms: written by the operator in Markdown, with what the code knows added below."""

from flask import Blueprint, Response, abort
from markupsafe import Markup

from articles import queries
from carrel.accounts import current_reader
from carrel.http.cached_response import Rendering, serve_edition
from carrel.http.services import services
from carrel.page_cache import Audience
from website.pages.page_context import Meta, PageContext

blueprint = Blueprint("plain", __name__)


@blueprint.get("/about/", defaults={"slug": "about"})
@blueprint.get("/contact/", defaults={"slug": "contact"})
@blueprint.get("/privacy/", defaults={"slug": "privacy"})
@blueprint.get("/terms/", defaults={"slug": "terms"})
def page(slug: str) -> Response:
    """One of the plain pages."""
    edition = current_reader.edition()
    return serve_edition(f"/{slug}/", edition, lambda: render_page(slug, edition))


def render_page(slug: str, edition: Audience) -> Rendering:
    """The page."""
    with services().db.read() as session:
        frame = PageContext(session, f"/{slug}/", edition)
        found = queries.find_page(session, slug) or abort(404)
        meta = Meta(found.title, found.summary or "")
        # Sanitised when it was published.
        html = Markup(found.html)  # noqa: S704
        return frame.render(f"pages/{slug}.html", meta, page=found, html=html), None
