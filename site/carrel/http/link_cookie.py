"""The token of a mailed link leaves the address: where it stands, scripts of other pages can find it.

Whoever opens the link is sent on to a page without it; meanwhile a cookie, which goes to that page alone, holds the
token. Opening uses nothing up. A browser that keeps no cookies is served at the address of the mail.
"""

import hmac

from flask import Flask, Response, request

from carrel.http import errors
from carrel.http.cookies import Cookie
from carrel.http.redirects import see_other
from carrel.tokens import token_hash

RETURNED = "returned"  # in the query of the second request: by then a browser that keeps cookies sends ours
GONE = errors.ErrorPage(
    "Open the link again",
    "This browser no longer has it. Open the link from your email again; if it has been used, the page will tell you.",
)


class LinkNotKeptError(Exception):
    """The page of a link was asked for by a browser that does not hold one: it was used, or too much time went by."""


def init_app(app: Flask) -> None:
    """Say what a page does without its link."""
    errors.register(app, LinkNotKeptError, 410, GONE)
    app.jinja_env.globals["fingerprint"] = fingerprint


def moved(cookie: Cookie, token: str, page: str) -> Response | None:
    """Send the browser on to `page`; None when it keeps no cookies, so that it must be served here."""
    if hmac.compare_digest(cookie.value().encode(), token.encode()):
        return see_other(page)
    if RETURNED in request.args:
        return None
    response = see_other(f"{request.script_root}{request.path}?{RETURNED}")
    cookie.set(response, token)
    return response


def kept(cookie: Cookie) -> str:
    """The token that this browser holds. Raises `LinkNotKeptError`."""
    if not (token := cookie.value()):
        raise LinkNotKeptError
    return token


def fingerprint(token: str) -> str:
    """What the form says of the token, so that a button never uses another link than its page was shown for."""
    return token_hash(token).hex()[:32]


def is_shown(token: str) -> bool:
    """Whether the form of this request was shown for this token."""
    return hmac.compare_digest(request.form.get("link", "").encode(), fingerprint(token).encode())
