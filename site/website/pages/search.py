"""Search over titles, summaries and texts."""

from urllib.parse import quote_plus

from flask import Blueprint, render_template, request

from articles import queries
from articles.search import query as search
from carrel import clock
from carrel.accounts import current_reader
from carrel.services import services

blueprint = Blueprint("search_pages", __name__)
PER_PAGE = 10
LONGEST_QUERY = 200
LAST_PAGE = 100


@blueprint.get("/search")
def search_page() -> str:
    """What was found, the best first."""
    query = request.args.get("q", "")[:LONGEST_QUERY].strip()
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    with services().db.read() as session:
        now = clock.now()
        results = search.search(session, query, now, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        topics = [] if results.total else queries.topics(session, now)
        return render_template(
            "pages/search.html",
            audience=current_reader.audience().value,
            meta={"title": f"Search: {query}" if query else "Search", "robots": "noindex"},
            query=query,
            results=results.hits,
            total=results.total,
            page=page,
            pages=min(-(-results.total // PER_PAGE), LAST_PAGE),
            topics=topics,
            page_url=f"/search?q={quote_plus(query)}&page=",
        )
