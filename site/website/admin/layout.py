"""What every admin page has around it: the menu that the role may use, the site's name, files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, Response, g, request

from carrel.dates import month_in_words, short_date, short_moment
from carrel.services import services
from website.admin.guard import operator_session
from website.admin.operators.roles import Need, may


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu."""

    path: str
    name: str
    need: Need


TODAY = MenuEntry("/admin/", "Today", Need.LOOK)
MENU: Mapping[str, Sequence[MenuEntry]] = {
    "Content": (
        MenuEntry("/admin/articles/", "Articles", Need.LIBRARY),
        MenuEntry("/admin/searches/", "Searches", Need.LIBRARY),
        MenuEntry("/admin/item-reports/", "Reports on items", Need.LIBRARY),
    ),
    "People": (
        MenuEntry("/admin/readers/", "Readers", Need.PEOPLE),
        MenuEntry("/admin/subscribers/", "Subscribers", Need.PEOPLE),
        MenuEntry("/admin/reports/subscribers", "Subscriber growth", Need.PEOPLE),
        MenuEntry("/admin/operators", "Operators", Need.OPERATORS),
    ),
    "Money": (
        MenuEntry("/admin/orders/", "Orders", Need.MONEY),
        MenuEntry("/admin/gifts/", "Gifts", Need.MONEY),
        MenuEntry("/admin/inbox/", "Stripe events", Need.MONEY),
        MenuEntry("/admin/reports/accounts", "Accounts", Need.ACCOUNTS),
        MenuEntry("/admin/balance/", "Balance", Need.ACCOUNTS),
    ),
    "Mail": (
        MenuEntry("/admin/issues/", "Issues", Need.DIGESTS),
        MenuEntry("/admin/broadcasts/", "Broadcasts", Need.DIGESTS),
        MenuEntry("/admin/deliveries/", "Deliveries", Need.PEOPLE),
        MenuEntry("/admin/mails/", "Mails", Need.PEOPLE),
        MenuEntry("/admin/suppressions/", "Suppressions", Need.PEOPLE),
    ),
    "Ads": (
        MenuEntry("/admin/ads/", "Ads", Need.ADS),
        MenuEntry("/admin/reports/ads", "Ad performance", Need.ADS),
        MenuEntry("/admin/reports/passes", "Ads and passes", Need.MONEY),
    ),
    "System": (
        MenuEntry("/admin/alarms/", "Alarms", Need.LOOK),
        MenuEntry("/admin/doctor/", "Doctor", Need.HEALTH),
        MenuEntry("/admin/audit/", "Log", Need.OPERATORS),
    ),
}


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
        is_here=is_here,
    )
    app.jinja_env.tests["here"] = is_here
    app.jinja_env.filters.update(moment=moment, day=day, month=month, display=display)
    app.before_request(narrow_policy)
    app.after_request(keep_name_private)


def keep_name_private(response: Response) -> Response:
    """A link from the admin pages tells the site that it leads to, and what runs there, nothing of their hostname."""
    if services().settings.desk_url:
        response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def narrow_policy() -> None:
    """Forms of the operator's go nowhere else."""
    g.csp_sources = {"form-action": "'self'"}


def menu() -> list[tuple[str, list[MenuEntry]]]:
    """The pages that the operator's role reaches, group by group; first the one of no group."""
    current = operator_session()
    if current is None:
        return []
    groups = [("", [TODAY]), *((name, list(entries)) for name, entries in MENU.items())]
    allowed = [
        (name, [entry for entry in entries if may(current.operator.role, entry.need)])
        for name, entries in groups
    ]
    return [(name, entries) for name, entries in allowed if entries]


def is_here(entry: MenuEntry) -> bool:
    """Whether the page belongs to this line of the menu."""
    path = request.script_root + request.path
    return path == entry.path or (entry is not TODAY and path.startswith(entry.path))


def moment(value: datetime | None) -> str:
    """A moment where the site is, as its English writes it, to the minute."""
    return short_moment(services().settings, value) if value else "–"


def day(value: date | None) -> str:
    """A day, or the day of a moment."""
    return short_date(services().settings, value) if value else "–"


def month(value: date) -> str:
    """`August 2026`."""
    return month_in_words(services().settings, value)


def display(value: object) -> str:
    """Any value of a table, for people."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value) if value not in {None, ""} else "–"
