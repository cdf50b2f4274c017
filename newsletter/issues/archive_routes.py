"""The archive of the digest: public, and without anything personal."""

from flask import Blueprint, Response, abort, render_template

from articles import queries
from carrel import clock
from carrel.accounts import current_reader
from carrel.http.cached_response import Rendering, serve_cached
from carrel.http.page_number import page_number, path_of
from carrel.page_cache import Audience
from carrel.services import services
from newsletter.issues import archive

ARCHIVE = "/newsletter/archive/"
blueprint = Blueprint("digests", __name__, url_prefix="/newsletter/archive", template_folder="../templates")


@blueprint.get("/")
def issues() -> Response:
    """The past issues, a page at a time."""
    audience, number = current_reader.audience(), page_number()
    return serve_cached(path_of(ARCHIVE, number), audience, lambda: render_issues(audience, number))


def render_issues(audience: Audience, number: int = 1) -> Rendering:
    """A page of the list, the newest first."""
    now = clock.now()
    with services().db.read() as session:
        page = archive.page(session, number, now) or abort(404)
        fresh_until = queries.next_change(session, now)
    return _render("newsletter/archive.html", path_of(ARCHIVE, number), audience, page=page), fresh_until


@blueprint.get("/<int:issue_id>/")
def issue(issue_id: int) -> Response:
    """One issue: what "View in a browser" in its mails leads to."""
    audience = current_reader.audience()
    return serve_cached(f"{ARCHIVE}{issue_id}/", audience, lambda: render_issue(issue_id, audience))


def render_issue(issue_id: int, audience: Audience) -> Rendering:
    """What an operator wrote, and the articles."""
    now = clock.now()
    with services().db.read() as session:
        past_issue = archive.find(session, issue_id, now) or abort(404)
        fresh_until = queries.next_change(session, now)
    return _render("newsletter/issue.html", past_issue.url, audience, issue=past_issue), fresh_until


def _render(template: str, path: str, audience: Audience, **context: object) -> str:
    canonical = services().settings.base_url + path
    return render_template(template, audience=audience.value, canonical=canonical, **context)
