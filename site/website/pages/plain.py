"""About, contact, privacy, terms: written by the operator in Markdown, with what the code knows added below."""

from flask import Blueprint, Response, abort
from markupsafe import Markup

from articles import queries
from carrel.accounts import current_reader
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from website.pages.page_context import Meta, PageContext

blueprint = Blueprint("plain", __name__)


@blueprint.get("/about/", defaults={"slug": "about"})
@blueprint.get("/contact/", defaults={"slug": "contact"})
@blueprint.get("/privacy/", defaults={"slug": "privacy"})
@blueprint.get("/terms/", defaults={"slug": "terms"})
def page(slug: str) -> Response:
    """One of the plain pages."""
    audience = current_reader.audience()
    return serve_cached(f"/{slug}/", audience, lambda: render_page(slug, audience))


def render_page(slug: str, audience: Audience) -> Rendering:
    """The page."""
    with services().db.read() as session:
        context = PageContext(session, f"/{slug}/", audience)
        plain_page = queries.find_page(session, slug) or abort(404)
        meta = Meta(plain_page.title, plain_page.summary or "")
        # Sanitized when it was published.
        html = Markup(plain_page.html)  # noqa: S704
        return context.render(f"pages/{slug}.html", meta, page=plain_page, html=html), None
