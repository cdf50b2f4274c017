"""The archive of the digest: public, and without anything personal."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template

from articles import queries
from carrel import clock
from carrel.accounts import current_reader
from carrel.http.cached_response import Rendering, serve_edition
from carrel.http.services import services
from carrel.page_cache import Audience
from newsletter.issues import archive

blueprint = Blueprint("digests", __name__, url_prefix="/newsletter/archive", template_folder="../templates")


@blueprint.get("/")
def issues() -> Response:
    """The past issues."""
    edition = current_reader.edition()
    return serve_edition("/newsletter/archive/", edition, lambda: render_issues(edition))


def render_issues(edition: Audience) -> Rendering:
    """The list, the newest first."""
    now = clock.now()
    with services().db.read() as session:
        past_issues = archive.newest(session, now)
        fresh_until = queries.next_change(session, now)
    return _render(
        "newsletter/archive.html", "/newsletter/archive/", edition, issues=past_issues
    ), fresh_until


@blueprint.get("/<int:issue_id>/")
def issue(issue_id: int) -> Response:
    """One issue: what "View in a browser" in its mails leads to."""
    edition = current_reader.edition()
    return serve_edition(f"/newsletter/archive/{issue_id}/", edition, lambda: render_issue(issue_id, edition))


def render_issue(issue_id: int, edition: Audience) -> Rendering:
    """The articles of an issue."""
    now = clock.now()
    with services().db.read() as session:
        past_issue = archive.find(session, issue_id, now) or abort(404)
        fresh_until = queries.next_change(session, now)
    return _render("newsletter/issue.html", past_issue.url, edition, issue=past_issue), fresh_until


def _render(template: str, path: str, edition: Audience, **context: object) -> str:
    canonical = services().settings.base_url + path
    return render_template(template, edition=edition.value, canonical=canonical, day=_day, **context)


def _day(moment: datetime) -> object:
    return moment.astimezone(ZoneInfo(services().settings.time_zone)).date()
