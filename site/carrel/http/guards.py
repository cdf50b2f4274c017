"""What is checked before every view: the host, and for unsafe methods our own origin and a token."""

import hashlib
import hmac
from typing import NoReturn

from flask import Flask, abort, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from carrel import security_events
from carrel.http import cookies
from carrel.http.cookies import Cookie
from carrel.http.routing import address_parts
from carrel.security_events import Event, Outcome
from carrel.services import services, services_of
from carrel.settings import is_local
from carrel.tokens import InvalidSignatureError

SAFE = {"GET", "HEAD", "OPTIONS"}
PURPOSE = "csrf"
EXTENSION = "csrf_cookie"
LONGEST_LOGGED = 100  # of what a visitor says
# Requests that cannot carry a token, each for its reason. A test freezes this list (AUTH-12).
ORIGIN_EXEMPT = frozenset(
    {
        "payments.webhook",  # signed by Stripe
        "newsletter.one_click",  # RFC 8058: sent by mail providers, authenticated by the token in its URL
        "csp.report",  # sent by browsers without an origin of ours
    }
)
# Asked by monitoring under any host name; none of them puts a URL of ours into its response.
ANY_HOST = frozenset({"health.healthz", "health.readyz", "metrics.metrics"})
# Forms on cached pages, which cannot carry a token: the origin check stands alone there.
TOKEN_EXEMPT = frozenset({"newsletter.subscribe", "ads.seen"})


def init_app(app: Flask, cookie: Cookie = cookies.SESSION) -> None:
    """Put the guards before every view, and trust exactly as many proxies as the settings say.

    `cookie` is the session cookie that form tokens are bound to.
    """
    app.extensions[EXTENSION] = cookie
    hops = services_of(app).settings.proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops)  # type: ignore[method-assign]
    app.before_request(check_host)
    app.before_request(check_origin)
    app.jinja_env.globals["csrf_token"] = csrf_token


def check_host() -> None:
    """Answer for our own host only: links in mails and canonical URLs never come from a visitor."""
    settings = services().settings
    if request.host == settings.host or request.endpoint in ANY_HOST:
        return
    if settings.demo and is_local(f"//{request.host}"):
        return
    security_events.log_event(Event.HOST_REFUSED, Outcome.FAILURE, host=request.host[:LONGEST_LOGGED])
    abort(421)


def check_origin() -> None:
    """Refuse an unsafe request that did not come from a page of ours."""
    if request.method in SAFE or request.endpoint in ORIGIN_EXEMPT or request.endpoint is None:
        return
    if not _is_from_us():
        _refuse("another origin")
    if request.endpoint not in TOKEN_EXEMPT and not _has_token():
        _refuse("no valid token")


def _refuse(reason: str) -> NoReturn:
    origin = request.headers.get("Origin", "")[:LONGEST_LOGGED]
    security_events.log_event(Event.FORM_REFUSED, Outcome.FAILURE, reason=reason, origin=origin)
    abort(403)


def _is_from_us() -> bool:
    if (site := request.headers.get("Sec-Fetch-Site")) and site != "same-origin":
        return False
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = address_parts(source)
    return (parts.scheme, parts.netloc) == (request.scheme, request.host)


def csrf_token() -> str:
    """A token for a form on a page that is not cached, bound to the session cookie when there is one."""
    return services().signer.sign(PURPOSE, _binding())


def _binding() -> str:
    cookie: Cookie = current_app.extensions[EXTENSION]
    token = cookie.value()
    return hashlib.sha256(token.encode()).hexdigest()[:32] if token else "guest"


def _has_token() -> bool:
    token = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    try:
        bound_to = services().signer.value_of(PURPOSE, token)
    except InvalidSignatureError:
        return False
    return hmac.compare_digest(bound_to.encode(), _binding().encode())
