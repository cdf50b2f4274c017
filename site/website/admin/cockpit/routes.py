"""The first page."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from website import clock
from website.admin.cockpit import concerns, numbers
from website.admin.cockpit.panel import Fortnight, Panel
from website.admin.guard import me, needs
from website.admin.operators.roles import Need, may
from website.mail.models import Alarm
from website.settings import Settings
from website.web.services import services

blueprint = Blueprint("cockpit", __name__)
MOST_ALARMS = 10
PANELS: dict[Need, Callable[[Session, Settings, Fortnight], Panel]] = {
    Need.PEOPLE: numbers.people,
    Need.MONEY: numbers.money,
    Need.DIGESTS: numbers.mail,
    Need.ADS: numbers.ads,
    Need.LIBRARY: numbers.library,
}


@blueprint.get("/")
@needs(Need.LOOK)
def today() -> str:
    """Today at a glance, as far as one's role reaches."""
    settings, role = services().settings, me().role
    zone = ZoneInfo(settings.time_zone)
    days = Fortnight(clock.now().astimezone(zone).date(), zone)
    with services().db.read() as session:
        open_alarms = select(Alarm).where(Alarm.acknowledged_at.is_(None)).order_by(Alarm.last_at.desc())
        return render_template(
            "cockpit/today.html",
            alarms=session.scalars(open_alarms.limit(MOST_ALARMS)).all(),
            concerns=[
                each
                for need, ask in concerns.BY_NEED.items()
                if may(role, need)
                for each in ask(session, settings)
            ],
            panels=[make(session, settings, days) for need, make in PANELS.items() if may(role, need)],
            today=days.today,
        )
