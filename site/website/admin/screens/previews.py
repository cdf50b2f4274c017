"""Articles that readers do not see yet: look at one, make a link for somebody else, revoke all its links."""

from datetime import timedelta

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from articles import preview_links
from articles.models import Article
from articles.preview_links import DAYS, MOST_DAYS, NotHiddenError
from carrel import audit, clock
from carrel.http.redirects import see_other
from carrel.services import services
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need

blueprint = Blueprint("previews", __name__)
LOOK = timedelta(hours=1)  # an operator's own link, which stands in the history of their browser
BAD_DAYS = {"days": f"Choose 1 to {MOST_DAYS} days."}


@blueprint.get("/articles/<int:article_id>/see")
@needs(Need.DRAFTS)
def see(article_id: int) -> Response:
    """The article as its readers will see it, by a link that ends soon."""
    now = clock.now()
    with services().db.read() as session:
        article = _hidden(session, article_id)
        path = preview_links.path_of(services().signer, article, now + LOOK)
    return see_other(f"{services().settings.site_from_desk}{path}")


@blueprint.get("/articles/<int:article_id>/preview-links")
@needs(Need.DRAFTS)
def links(article_id: int) -> str:
    """The form for a link."""
    return _page(article_id)


@blueprint.post("/articles/<int:article_id>/preview-links")
@needs(Need.DRAFTS, fresh=True)  # such a link outlives a session that somebody stole
def make(article_id: int) -> str | tuple[str, int]:
    """Make a link, and show it: it is kept nowhere."""
    given = request.form.get("days", "")
    if not (given.isascii() and given.isdecimal() and len(given) <= 2 and 1 <= int(given) <= MOST_DAYS):
        return _page(article_id, errors=BAD_DAYS), 422
    until = preview_links.until(clock.now(), int(given))
    with services().db.write() as session:
        article = _hidden(session, article_id)
        path = preview_links.path_of(services().signer, article, until)
        _record(session, "preview.link", article, {"until": until.isoformat()})
    return _page(article_id, link=f"{services().settings.base_url}{path}")


@blueprint.post("/articles/<int:article_id>/preview-links/revoke")
@needs(Need.DRAFTS)
def revoke(article_id: int) -> Response:
    """End every link to the article that was made so far."""
    with services().db.write() as session:
        article = _hidden(session, article_id)
        preview_links.revoke(session, article)
        _record(session, "preview.revoke", article)
    return done(f"/admin/articles/{article_id}/preview-links", "All links made so far no longer work.")


def _page(article_id: int, **shown: object) -> str:
    with services().db.read() as session:
        article = _hidden(session, article_id)
    values = {"errors": {}, "link": "", "days": DAYS, "most_days": MOST_DAYS} | shown
    return render_template("screens/preview_links.html", article=article, **values)


def _hidden(session: Session, article_id: int) -> Article:
    """The article, if it is one that readers do not see and that is still there."""
    article = session.get(Article, article_id) or abort(404)
    try:
        return preview_links.find_hidden(session, article.slug, clock.now())
    except NotHiddenError:
        abort(404)


def _record(session: Session, action: str, article: Article, after: audit.Values | None = None) -> None:
    subject = f"article:{article.slug}"
    audit.record(session, actor=current_operator().email, action=action, subject=subject, after=after)
