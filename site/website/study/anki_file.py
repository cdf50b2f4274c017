"""An exam's items as a file for Anki: the same for everybody."""

from flask import Blueprint, Response, abort

from articles import queries
from articles.exports.anki import to_anki
from articles.study_items import study_items
from carrel import clock
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services

blueprint = Blueprint("study_anki", __name__)


@blueprint.get("/study/<exam>/anki.txt")
def anki_file(exam: str) -> Response:
    """All items of the exam as notes."""
    path = f"/study/{exam}/anki.txt"
    return serve_cached(path, Audience.GUEST, lambda: render_anki_file(exam), "text/plain")


def render_anki_file(slug: str) -> Rendering:
    """The file; 404 for an exam without items."""
    now = clock.now()
    with services().db.read() as session:
        exam = queries.find_exam(session, slug, now) or abort(404)
        rows = study_items(session, exam, now) or abort(404)
        return to_anki(exam, rows, services().settings.base_url), queries.next_change(session, now)
