"""What stands before every view: the right host, and for unsafe methods our own origin and a token."""

import hashlib
import hmac
from collections.abc import Callable

from flask import Flask, abort, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from carrel.http.routing import address_parts
from carrel.http.services import services
from carrel.http.session_cookie import session_cookie
from carrel.settings import is_local
from carrel.tokens import InvalidSignatureError

SAFE = {"GET", "HEAD", "OPTIONS"}
PURPOSE = "csrf"
EXTENSION = "csrf_cookie"
# Requests that cannot carry a token, each for its reason. A test freezes this list (AUTH-12).
WITHOUT_ORIGIN = frozenset(
    {
        "payments.webhook",  # signed by Stripe
        "newsletter.one_click",  # RFC 8058: sent by mail providers, authenticated by the token in its address
        "csp.report",  # sent by browsers without an origin of ours
    }
)
# Asked by the machine itself under any name; none of them has an address of ours in its answer.
UNDER_ANY_NAME = frozenset({"health.healthz", "health.readyz", "metrics.metrics"})
# Forms on pages that are kept for everybody: the origin check stands alone there.
WITHOUT_TOKEN = frozenset({"newsletter.subscribe", "ads.seen"})


def init_app(app: Flask, cookie: Callable[[], str] = session_cookie) -> None:
    """Put the guards before every view, and trust exactly as many proxies as the settings say.

    `cookie` gives the session cookie that tokens of forms are bound to.
    """
    app.extensions[EXTENSION] = cookie
    hops = app.extensions["carrel"].settings.proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops)  # type: ignore[method-assign]
    app.before_request(check_host)
    app.before_request(check_origin)
    app.jinja_env.globals["csrf_token"] = csrf_token


def check_host() -> None:
    """Answer for our own host only: links in mails and canonical addresses never come from a visitor."""
    settings = services().settings
    if request.host == settings.host or request.endpoint in UNDER_ANY_NAME:
        return
    if settings.demo and is_local(f"//{request.host}"):
        return
    abort(421)


def check_origin() -> None:
    """Refuse an unsafe request that did not come from a page of ours."""
    if request.method in SAFE or request.endpoint in WITHOUT_ORIGIN or request.endpoint is None:
        return
    if not _is_from_us():
        abort(403)
    if request.endpoint not in WITHOUT_TOKEN and not _has_token():
        abort(403)


def _is_from_us() -> bool:
    if (site := request.headers.get("Sec-Fetch-Site")) and site != "same-origin":
        return False
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = address_parts(source)
    return (parts.scheme, parts.netloc) == (request.scheme, request.host)


def csrf_token() -> str:
    """A token for a form on a page that is not kept, bound to the session cookie when there is one."""
    return services().signer.sign(PURPOSE, _binding())


def _binding() -> str:
    cookie = current_app.extensions[EXTENSION]()
    return hashlib.sha256(cookie.encode()).hexdigest()[:32] if cookie else "guest"


def _has_token() -> bool:
    token = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    try:
        bound_to = services().signer.value_of(PURPOSE, token)
    except InvalidSignatureError:
        return False
    return hmac.compare_digest(bound_to.encode(), _binding().encode())
