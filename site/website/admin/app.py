"""The operator's app: a table of contents. Under /admin, it shares only static files and pictures with readers' pages."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from carrel.accounts import error_handlers
from carrel.accounts.readers import ReaderNotFoundError
from carrel.http import cookies, errors, guards, headers, link_cookie, request_id, routing, storage_register
from carrel.services import EXTENSION, services_of
from website.admin import flash, guard, layout
from website.admin.advertising import routes as advertising
from website.admin.dashboard import routes as dashboard
from website.admin.operator_pages import account_routes, passkey_routes
from website.admin.operator_pages import routes as operators
from website.admin.reports import accounts, growth
from website.admin.reports import routes as reports
from website.admin.screens import (
    broadcasts,
    digests,
    finding,
    gifts,
    issue_editing,
    item_reports,
    mailing,
    money,
    new_subscriber,
    people,
    previews,
    subscriber_imports,
    subscribers,
)
from website.admin.tables import routes as tables

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MOUNTED_AT = "/admin"
PAGES = (
    dashboard,
    operators,
    account_routes,
    passkey_routes,
    tables,
    finding,
    people,
    money,
    gifts,
    digests,
    issue_editing,
    broadcasts,
    mailing,
    previews,
    item_reports,
    subscribers,
    new_subscriber,
    reports,
    accounts,
    growth,
)
LARGEST_BODY_BYTES = 256 * 1024
TEMPLATES = (Path(__file__).parent / "templates", Path(__file__).parent.parent / "templates")


def mount(site: Flask) -> Flask:
    """Make the operator's app beside the readers' one, and put it under /admin. Returns it.

    When the admin pages have a hostname of their own, /admin is no address under any other.
    """
    admin = create_admin(site)
    settings, readers = services_of(site).settings, site.wsgi_app
    both = DispatcherMiddleware(readers, {MOUNTED_AT: admin})

    def dispatch(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        is_elsewhere = settings.desk_url and environ.get("HTTP_HOST") != settings.desk_host
        return (readers if is_elsewhere else both)(environ, start_response)

    site.wsgi_app = dispatch  # type: ignore[method-assign]
    site.extensions["admin"] = admin
    return admin


def create_admin(site: Flask) -> Flask:
    """The operator's app over the services of the site."""
    app = Flask("website.admin", static_folder=None, template_folder=None)
    app.url_map.strict_slashes = True
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES, MAX_FORM_MEMORY_SIZE=LARGEST_BODY_BYTES)
    app.extensions[EXTENSION] = services_of(site)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in TEMPLATES])
    app.jinja_env.undefined = StrictUndefined
    routing.init_app(app)
    request_id.init_app(app)
    advertising.init_app(app)
    subscriber_imports.init_app(app)
    guards.init_app(app, guards.DESK)
    headers.init_app(app)
    errors.init_app(app)
    link_cookie.init_app(app)
    errors.register(app, ReaderNotFoundError, 404)
    error_handlers.init_app(app)
    layout.init_app(app, site)
    guard.init_app(app)
    flash.init_app(app)
    for pages in PAGES:
        app.register_blueprint(pages.blueprint)
    _declare_cookies(site)
    app.wsgi_app = storage_register.CookieCheck(  # type: ignore[method-assign]
        app.wsgi_app, site.extensions[storage_register.EXTENSION]
    )
    return app


def _declare_cookies(site: Flask) -> None:
    storage_register.declare(
        site,
        cookies.OPERATOR,
        purpose="Keeps an operator of this site signed in. Readers never get it.",
        lasts="12 hours, or until they sign out",
    )
    storage_register.declare(
        site,
        cookies.KNOWN_OPERATOR,
        purpose="Lets an operator of this site sign in even while the sign-in page is under attack. Readers never get it; it does not sign anyone in by itself.",
        lasts=f"{cookies.KNOWN_OPERATOR.max_age.days} days, also after they sign out",
    )
    storage_register.declare(
        site,
        cookies.PASSKEY_CHALLENGE,
        purpose="Used while an operator of this site uses a passkey. Readers never get it.",
        lasts="5 minutes",
    )
    storage_register.declare(
        site,
        cookies.SET_UP_LINK,
        purpose="Holds the link that a new operator of this site uses to set up access. Readers never get it.",
        lasts="One hour, or until setup is complete",
    )
    storage_register.declare(
        site,
        cookies.DESK_MESSAGE,
        purpose="Tells an operator of this site what their last action did. Readers never get it.",
        lasts="5 minutes, or until the next page",
    )
