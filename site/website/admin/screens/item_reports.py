"""Readers' reports on items: what was read and what stands there now, and a button that closes each."""

from flask import Blueprint, Response, abort, render_template
from markupsafe import Markup

from articles import item_reports
from articles.render.study.workpiece import LABELS
from carrel import audit
from carrel.services import services
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need

blueprint = Blueprint("item_reports", __name__)
PATH = "/admin/item-reports/"
SHOWN = 50  # at once; closing some brings the next


@blueprint.get("/item-reports/")
@needs(Need.LIBRARY)
def reports() -> str:
    """The open reports, the oldest first."""
    with services().db.read() as session:
        return render_template(
            "screens/item_reports.html",
            reports=item_reports.open_reports(session, SHOWN),
            count=item_reports.count_open(session),
            kept_days=item_reports.KEPT.days,
            as_html=_as_html,
            labels=LABELS,
        )


def _as_html(html: str) -> Markup:
    """A part of an item's text: its links lead to the site, whose hostname may be another one."""
    site = services().settings.site_from_desk
    return Markup(html.replace(' href="/', f' href="{site}/'))  # noqa: S704 - sanitized when it was published


@blueprint.post("/item-reports/<int:report_id>/close")
@needs(Need.LIBRARY)
def close(report_id: int) -> Response:
    """Close one; 404 when it is not open."""
    with services().db.write() as session:
        item, exam = item_reports.close(session, report_id) or abort(404)
        audit.record(
            session,
            actor=current_operator().email,
            action="item_report.close",
            subject=f"item:{exam.slug}/{item.key}",
            after={"report": report_id},
        )
    return done(PATH, "The report is closed.")
