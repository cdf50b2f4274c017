"""Search across everything that the operator's role reaches."""

from flask import Blueprint, render_template, request

from carrel.services import services
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.search import content, money, people
from website.admin.search.find import MOST_HITS, find, wanted

blueprint = Blueprint("finding", __name__)
SOURCES = (*people.SOURCES, *money.SOURCES, *content.SOURCES)


@blueprint.get("/find")
@needs(Need.LOOK)
def search() -> str:
    """One field for everything; without words, what can be typed."""
    asked = wanted(services(), current_operator().role, request.args.get("q", ""))
    with services().db.read() as session:
        groups = find(session, SOURCES, asked)
    return render_template("screens/find.html", typed=asked.words, groups=groups, most=MOST_HITS)
