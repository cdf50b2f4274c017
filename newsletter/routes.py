"""The newsletter's part of the site."""

from flask import Flask

from carrel.http import cookies, errors, storage_register
from newsletter.bounces import routes as bounces
from newsletter.feeds import account_routes  # noqa: F401 - its view joins the feeds
from newsletter.feeds import routes as feeds
from newsletter.feeds.private_feed import PassRequiredError
from newsletter.hook_handlers import register_hooks
from newsletter.subscribers import preferences_routes  # noqa: F401 - its views join those of subscribing
from newsletter.subscribers import routes as subscribers

NO_PASS = errors.ErrorPage(
    "The private feed is part of the pass",
    "Sign in with the address of your pass, or see what the pass costs.",
)


def init_app(app: Flask) -> None:
    """Add the pages and the feeds."""
    register_hooks()
    app.register_blueprint(subscribers.blueprint)
    app.register_blueprint(feeds.blueprint)
    app.register_blueprint(bounces.blueprint)
    errors.register(app, PassRequiredError, 403, NO_PASS)
    storage_register.declare(
        app,
        cookies.SIGN_UP,
        purpose="Recognizes the browser that subscribed to the newsletter, so that it can confirm in one step.",
        lasts="One day, or until you have confirmed",
    )
