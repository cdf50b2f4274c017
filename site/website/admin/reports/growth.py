"""How the number of subscribers grew: bars beside numbers, drawn here, without a script."""

from flask import Blueprint, Response, render_template
from sqlalchemy.orm import Session

from carrel import clock
from carrel.csv_export import to_csv
from carrel.dates import month_in_words
from carrel.services import services
from newsletter.subscribers import growth
from website.admin.guard import needs
from website.admin.operators.roles import Need

blueprint = Blueprint("growth", __name__)


@blueprint.get("/reports/subscribers")
@needs(Need.PEOPLE)
def growth_page() -> str:
    """The last twelve months, by source and by exam."""
    settings, now = services().settings, clock.now()
    with services().db.read() as session:
        months = growth.by_month(session, settings.zone, now)
        return render_template(
            "reports/growth.html",
            months=[(month_in_words(settings, month.first), month) for month in reversed(months)],
            most=max([month.joined for month in months] + [month.left for month in months] + [1]),
            largest=max([month.total for month in months] + [1]),
            tables=_tables(session),
            getting=growth.getting_the_digest(session, now),
            total=months[-1].total,
        )


@blueprint.get("/reports/subscribers.csv")
@needs(Need.PEOPLE)
def growth_csv() -> Response:
    """The months as a file."""
    with services().db.read() as session:
        months = growth.by_month(session, services().settings.zone, clock.now())
    rows = [(f"{month.first:%Y-%m}", month.joined, month.left, month.total) for month in months]
    response = Response(to_csv(("month", "joined", "left", "total"), rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="subscribers-by-month.csv"'
    return response


def _tables(session: Session) -> list[tuple[str, str, list[growth.GrowthRow], int]]:
    """For each dimension its name, what its rows are, the rows, and the largest number in them: its scale."""
    zone, now = services().settings.zone, clock.now()
    tables = [
        ("By source", "Source", growth.by_source(session, zone, now)),
        ("By exam", "Exam", growth.by_exam(session, zone, now)),
    ]
    return [(title, name, rows, max([row.now for row in rows] + [1])) for title, name, rows in tables]
