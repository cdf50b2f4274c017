"""Search over titles, summaries and texts."""

from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, render_template, request

from articles import queries
from articles.search import query as search
from articles.search.misses import MissBuffer
from carrel import clock
from carrel.accounts import current_reader
from carrel.services import services, services_of

blueprint = Blueprint("search_pages", __name__)
EXTENSION = "search_misses"
PER_PAGE = 10
LONGEST_QUERY = 200
LAST_PAGE = 100


def init_app(app: Flask) -> None:
    """The page, and the count of searches without a result."""
    app.register_blueprint(blueprint)
    start_counting(app)


def start_counting(app: Flask) -> None:
    """Begin to count searches without a result from nothing."""
    app.extensions[EXTENSION] = MissBuffer(services_of(app).db)


def misses_of(app: Flask) -> MissBuffer:
    """The count of searches without a result."""
    buffer: MissBuffer = app.extensions[EXTENSION]
    return buffer


@blueprint.get("/search")
def search_page() -> str:
    """What was found, the best first."""
    query = request.args.get("q", "")[:LONGEST_QUERY].strip()
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    with services().db.read() as session:
        now = clock.now()
        exams = queries.exams(session, now)
        exam, words = search.exam_of(query, request.args.get("exam", ""), exams)
        results = search.search(session, words, now, exam=exam, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        topics = [] if results.total else queries.topics(session, now)
    if query and page == 1 and (results.is_partial or not results.total):
        misses_of(current_app).add(words)

    def url(words: str) -> str:
        return f"/search?{urlencode({'q': words} | ({'exam': exam.slug} if exam else {}))}"

    return render_template(
        "pages/search.html",
        audience=current_reader.audience().value,
        meta={"title": f"Search: {query}" if query else "Search", "robots": "noindex"},
        query=words,
        exam=exam,
        exams=exams,
        results=results,
        page=page,
        pages=min(-(-results.total // PER_PAGE), LAST_PAGE),
        topics=topics,
        search_url=url,
        page_url=f"{url(words)}&page=",
    )
