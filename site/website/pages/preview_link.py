"""The page of a preview link: one article that readers do not see yet, for whoever has the link (ADR 19).

It has no ad, no script of others, no feed and no address that could be kept: nothing on the site leads there.
"""

from flask import Blueprint, Flask, Response, abort, make_response, render_template

from articles import preview_links
from articles.models import Article
from articles.neighbors import neighbors
from articles.preview_links import PreviewOverError
from articles.related import related
from carrel import clock
from carrel.dates import moment_in_words
from carrel.http import errors
from carrel.http.redirects import see_other
from carrel.media import with_cdn
from carrel.services import services
from carrel.tokens import InvalidSignatureError
from website.pages.page_context import Meta
from website.pages.view_models import article_view

blueprint = Blueprint("preview_link", __name__)
NO_ROBOTS = "noindex, nofollow, noarchive"
OVER = errors.ErrorPage(
    "This preview link no longer works",
    "It has expired or was revoked. Ask the person who sent it for a new one.",
)


def init_app(app: Flask) -> None:
    """Show previews, and say what a link says that is over."""
    app.register_blueprint(blueprint)
    errors.register(app, PreviewOverError, 410, OVER)


@blueprint.get("/preview/<token>")
def show(token: str) -> Response:
    """The article of this link; once it is published, its own page."""
    now, settings = clock.now(), services().settings
    with services().db.read() as session:
        try:
            article, until, is_visible = preview_links.open_link(session, services().signer, token, now)
        except InvalidSignatureError:
            abort(404)
        if is_visible:
            return see_other(article.url)
        beside, more = neighbors(session, article, now), related(session, article, now)
        view = article_view(article, {}, more, beside, settings)
        message = f"{_state(article)} This link works until {moment_in_words(settings, until)}."
        html = render_template(
            "pages/article.html",
            article=view,
            meta=Meta(article.title, robots=NO_ROBOTS),
            canonical=None,
            audience=None,
            offer=None,
            slots={},
            messages=[("info", message)],
        )
    response = make_response(with_cdn(settings, html))
    response.headers["X-Robots-Tag"] = NO_ROBOTS
    return response


def _state(article: Article) -> str:
    if article.draft:
        return "This is a draft. Readers do not see it."
    if article.published and article.published > clock.now():
        when = moment_in_words(services().settings, article.published)
        return f"Not published yet: readers see this article from {when}."
    return "This article has expired: readers no longer see it."
