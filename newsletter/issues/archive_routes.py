"""The archive of the digest: public, and without anything personal."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template

from articles import queries
from carrel import clock
from carrel.accounts import current_reader
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from newsletter.issues import archive

blueprint = Blueprint("digests", __name__, url_prefix="/newsletter/archive", template_folder="../templates")


@blueprint.get("/")
def issues() -> Response:
    """The past issues."""
    audience = current_reader.audience()
    return serve_cached("/newsletter/archive/", audience, lambda: render_issues(audience))


def render_issues(audience: Audience) -> Rendering:
    """The list, the newest first."""
    now = clock.now()
    with services().db.read() as session:
        past_issues = archive.newest(session, now)
        fresh_until = queries.next_change(session, now)
    return _render(
        "newsletter/archive.html", "/newsletter/archive/", audience, issues=past_issues
    ), fresh_until


@blueprint.get("/<int:issue_id>/")
def issue(issue_id: int) -> Response:
    """One issue: what "View in a browser" in its mails leads to."""
    audience = current_reader.audience()
    return serve_cached(
        f"/newsletter/archive/{issue_id}/", audience, lambda: render_issue(issue_id, audience)
    )


def render_issue(issue_id: int, audience: Audience) -> Rendering:
    """The articles of an issue."""
    now = clock.now()
    with services().db.read() as session:
        past_issue = archive.find(session, issue_id, now) or abort(404)
        fresh_until = queries.next_change(session, now)
    return _render("newsletter/issue.html", past_issue.url, audience, issue=past_issue), fresh_until


def _render(template: str, path: str, audience: Audience, **context: object) -> str:
    canonical = services().settings.base_url + path
    return render_template(template, audience=audience.value, canonical=canonical, day=_day, **context)


def _day(moment: datetime) -> object:
    return moment.astimezone(ZoneInfo(services().settings.time_zone)).date()
