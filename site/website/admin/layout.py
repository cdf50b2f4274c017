"""What every admin page has around it: the menu that the role may use, the site's name, files."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Response, g, request

from carrel.services import services
from website.admin.guard import operator_session
from website.admin.operators.roles import Need, may


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu."""

    path: str
    name: str
    need: Need


MENU = (
    MenuEntry("/admin/", "Today", Need.LOOK),
    MenuEntry("/admin/articles/", "Articles", Need.LIBRARY),
    MenuEntry("/admin/readers/", "Readers", Need.PEOPLE),
    MenuEntry("/admin/orders/", "Orders", Need.MONEY),
    MenuEntry("/admin/gifts/", "Gifts", Need.MONEY),
    MenuEntry("/admin/inbox/", "Inbox", Need.MONEY),
    MenuEntry("/admin/subscribers/", "Subscribers", Need.PEOPLE),
    MenuEntry("/admin/issues/", "Issues", Need.DIGESTS),
    MenuEntry("/admin/deliveries/", "Deliveries", Need.PEOPLE),
    MenuEntry("/admin/mails/", "Mails", Need.PEOPLE),
    MenuEntry("/admin/suppressions/", "Suppressions", Need.PEOPLE),
    MenuEntry("/admin/ads/", "Ads", Need.ADS),
    MenuEntry("/admin/reports/ads", "Ad report", Need.ADS),
    MenuEntry("/admin/reports/passes", "Ads and passes", Need.MONEY),
    MenuEntry("/admin/reports/accounts", "Accounts", Need.ACCOUNTS),
    MenuEntry("/admin/balance/", "Balance", Need.ACCOUNTS),
    MenuEntry("/admin/alarms/", "Alarms", Need.LOOK),
    MenuEntry("/admin/doctor/", "Doctor", Need.HEALTH),
    MenuEntry("/admin/audit/", "Log", Need.OPERATORS),
    MenuEntry("/admin/operators", "Operators", Need.OPERATORS),
)


def init_app(app: Flask, site: Flask) -> None:
    """Give templates what they all need, and their policy its narrowest form."""
    asset_paths: dict[str, str] = site.extensions["asset_paths"]
    app.jinja_env.globals.update(
        asset=lambda name: f"/static/{asset_paths[name]}",
        settings=app.extensions["carrel"].settings,
        menu=menu,
        may=lambda need: (
            (current := operator_session()) is not None and may(current.operator.role, Need(need))
        ),
        current_operator=lambda: current.operator if (current := operator_session()) else None,
        here=lambda: request.script_root + request.path,
    )
    app.jinja_env.filters.update(moment=moment, day=day, display=display)
    app.before_request(narrow_policy)
    app.after_request(keep_name_private)


def keep_name_private(response: Response) -> Response:
    """A link from the desk tells the site that it leads to, and what runs there, nothing of the desk's hostname."""
    if services().settings.desk_url:
        response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def narrow_policy() -> None:
    """Forms of the operator's go nowhere else."""
    g.csp_sources = {"form-action": "'self'"}


def menu() -> list[MenuEntry]:
    """The pages that the operator's role reaches."""
    current = operator_session()
    return [entry for entry in MENU if current and may(current.operator.role, entry.need)]


def moment(value: datetime | None) -> str:
    """A moment in the site's time zone, to the minute."""
    return f"{_local(value):%Y-%m-%d %H:%M}" if value else "–"


def day(value: datetime | None) -> str:
    """Its day."""
    return f"{_local(value):%Y-%m-%d}" if value else "–"


def _local(value: datetime) -> datetime:
    return value.astimezone(services().settings.zone)


def display(value: object) -> str:
    """Any value of a table, for people."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value) if value not in {None, ""} else "–"
