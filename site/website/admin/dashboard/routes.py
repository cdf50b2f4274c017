"""The first page."""

from collections.abc import Callable

from flask import Blueprint, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail.models import Alarm
from carrel.services import services
from carrel.settings import Settings
from website.admin.dashboard import metrics, warnings
from website.admin.dashboard.panel import Fortnight, Panel
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need, may

blueprint = Blueprint("dashboard", __name__)
MOST_ALARMS = 10
PANELS: dict[Need, Callable[[Session, Settings, Fortnight], Panel]] = {
    Need.PEOPLE: metrics.people,
    Need.MONEY: metrics.money,
    Need.DIGESTS: metrics.mail,
    Need.ADS: metrics.ads,
    Need.LIBRARY: metrics.library,
}


@blueprint.get("/")
@needs(Need.LOOK)
def today() -> str:
    """Today at a glance, as far as one's role reaches."""
    settings, role = services().settings, current_operator().role
    zone = settings.zone
    days = Fortnight(clock.now().astimezone(zone).date(), zone, settings.site_language)
    with services().db.read() as session:
        open_alarms = select(Alarm).where(Alarm.acknowledged_at.is_(None)).order_by(Alarm.last_at.desc())
        return render_template(
            "dashboard/today.html",
            alarms=session.scalars(open_alarms.limit(MOST_ALARMS)).all(),
            concerns=[
                concern
                for need, ask in warnings.BY_NEED.items()
                if may(role, need)
                for concern in ask(session, settings)
            ],
            panels=[make(session, settings, days) for need, make in PANELS.items() if may(role, need)],
        )
