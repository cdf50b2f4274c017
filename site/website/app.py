"""The Flask app: a table of contents, and the only place that imports everything."""

from flask import Flask
from jinja2 import StrictUndefined

from carrel import logging
from carrel.accounts import routes as accounts
from carrel.ads import routes as ads
from carrel.http import (
    assets,
    errors,
    guards,
    headers,
    inline,
    link_cookie,
    request_id,
    routing,
    storage_register,
)
from carrel.services import EXTENSION, Services
from newsletter import routes as newsletter
from newsletter.issues import archive_routes as digests
from payments import routes as payments
from website.admin import app as admin
from website.doctor import routes as doctor
from website.pages import (
    account,
    cards,
    context_processors,
    health,
    library,
    lists,
    media,
    offline,
    old_addresses,
    plain,
    preview_link,
    search,
    search_limit,
    seo_routes,
)
from website.study import log_routes as study_log
from website.study import routes as study

LARGEST_BODY_BYTES = 64 * 1024


def create_app(services: Services) -> Flask:
    """The site over these services."""
    logging.configure()
    app = Flask("website", static_folder=None)
    app.url_map.strict_slashes = True
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES, MAX_FORM_MEMORY_SIZE=LARGEST_BODY_BYTES)
    app.extensions[EXTENSION] = services
    app.jinja_env.undefined = StrictUndefined  # a misspelled name in a template is a failure, not a gap
    app.jinja_env.globals["settings"] = services.settings
    routing.init_app(app)
    request_id.init_app(app)
    study_log.init_app(app)
    guards.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    old_addresses.init_app(app)
    link_cookie.init_app(app)
    assets.init_app(app)
    inline.init_app(app)
    storage_register.init_app(app)
    context_processors.init_app(app)
    search.init_app(app)
    for pages in (library, lists, cards, plain, seo_routes, media, account, offline, health):
        app.register_blueprint(pages.blueprint)
    preview_link.init_app(app)
    search_limit.init_app(app)
    study.init_app(app)
    ads.init_app(app)
    accounts.init_app(app)
    payments.init_app(app)
    app.register_blueprint(digests.blueprint)
    newsletter.init_app(app)
    doctor.init_app(app, admin.mount(app))
    return app
