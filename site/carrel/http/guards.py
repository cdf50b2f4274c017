"""What is checked before every view: the host, how it is asked for, and for unsafe methods our own origin and a token."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import NoReturn

from flask import Flask, Response, abort, current_app, request
from werkzeug.exceptions import Forbidden
from werkzeug.middleware.proxy_fix import ProxyFix

from carrel import security_events
from carrel.http import cookies, errors
from carrel.http.cookies import Cookie
from carrel.http.fetch_metadata import PAGE, PAGE_FROM_HERE, SAFE, Use, rule
from carrel.http.redirects import see_other
from carrel.http.routing import address_parts
from carrel.security_events import Event, Outcome
from carrel.services import services, services_of
from carrel.settings import Settings, is_local
from carrel.tokens import InvalidSignatureError

PURPOSE = "csrf"
EXTENSION = "guards"
DESK_PATH = "/admin/"
REFUSED = errors.ErrorPage(
    "This page cannot be opened this way",
    "Open it in its own tab: type or paste its address into the address bar.",
)
FETCH = ("Site", "Mode", "Dest")
LONGEST_LOGGED = 100  # of what a visitor says
# Requests that cannot carry a token, each for its reason. A test freezes this list (AUTH-12).
ORIGIN_EXEMPT = frozenset(
    {
        "payments.webhook",  # signed by Stripe
        "bounces.webhook",  # signed by the sending service, or with its password
        "newsletter.one_click",  # RFC 8058: sent by mail providers, authenticated by the token in its URL
        "csp.report",  # sent by browsers without an origin of ours
    }
)
# Asked by monitoring under any host name; none of them puts a URL of ours into its response.
ANY_HOST = frozenset({"health.healthz", "health.readyz", "metrics.metrics"})
# Forms and scripts of cached pages, which cannot carry a token: the origin check stands alone there.
TOKEN_EXEMPT = frozenset(
    {"newsletter.subscribe", "ads.seen", "practice.check", "study_log.tell", "study_report.report"}
)
# What the admin pages need of the readers' app under their own hostname; everything else is not there.
DESK_NEEDS = frozenset({"assets.asset", "assets.favicon", "media.media"})


class StaleFormError(Forbidden):
    """A form of ours without the token of this session: it ended, or began, after the page was opened."""


@dataclass(frozen=True)
class Side:
    """What differs between the readers' app and the admin app."""

    cookie: Cookie  # the session that form tokens are bound to
    page: Use  # how a page may be asked for, unless the table says otherwise
    is_desk: bool = False

    def host(self, settings: Settings) -> str:
        """The host that it answers under."""
        return settings.desk_host if self.is_desk else settings.host


READERS = Side(cookies.SESSION, PAGE)
DESK = Side(cookies.OPERATOR, PAGE_FROM_HERE, is_desk=True)


def init_app(app: Flask, side: Side = READERS) -> None:
    """Put the guards before every view, and trust exactly as many proxies as the settings say."""
    app.extensions[EXTENSION] = side
    hops = services_of(app).settings.proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops)  # type: ignore[method-assign]
    app.before_request(check_host)
    app.before_request(check_use)
    app.before_request(check_origin)
    app.before_request(check_text)
    app.jinja_env.globals["csrf_token"] = csrf_token


def check_host() -> Response | None:
    """Answer for our own host only: links in mails and canonical URLs never come from a visitor."""
    settings, host = services().settings, request.host
    is_loopback_demo = settings.demo and host != settings.desk_host and is_local(f"//{host}")
    if host == _side().host(settings) or request.endpoint in ANY_HOST or is_loopback_demo:
        return None
    return _at_the_desk() if host == settings.desk_host else _refuse_host(host)


def _refuse_host(host: str) -> NoReturn:
    security_events.log_event(Event.HOST_REFUSED, Outcome.FAILURE, host=host[:LONGEST_LOGGED])
    abort(421)


def _at_the_desk() -> Response | None:
    """What the readers' app does under the admin pages' own hostname."""
    if request.path == "/":
        return see_other(DESK_PATH)
    if request.endpoint not in DESK_NEEDS:
        abort(404)
    return None


def check_use() -> Response | None:
    """Refuse what asks for a view in another way than its pages and their readers do."""
    if not request.endpoint or rule(request.endpoint, request.method, _side().page).allows(request.headers):
        return None
    sent = {name.lower(): request.headers.get(f"Sec-Fetch-{name}", "")[:LONGEST_LOGGED] for name in FETCH}
    security_events.log_event(Event.USE_REFUSED, Outcome.FAILURE, **sent)
    return errors.error_response(403, REFUSED)


def check_origin() -> None:
    """Refuse an unsafe request that did not come from a page of ours."""
    if request.method in SAFE or request.endpoint in ORIGIN_EXEMPT or request.endpoint is None:
        return
    if not _is_from_us():
        _refuse("another origin", Forbidden())
    if request.endpoint not in TOKEN_EXEMPT and not _has_token():
        _refuse("no valid token", StaleFormError())


def check_text() -> None:
    """Refuse an address or a form with NUL in it: nobody types one, and PostgreSQL knows none."""
    if "\0" in request.path:
        abort(400)
    if request.method in SAFE or request.endpoint in ORIGIN_EXEMPT or request.endpoint is None:
        return
    if any("\0" in text for field in request.form.items(multi=True) for text in field):
        abort(400)


def _refuse(reason: str, error: Forbidden) -> NoReturn:
    origin = request.headers.get("Origin", "")[:LONGEST_LOGGED]
    security_events.log_event(Event.FORM_REFUSED, Outcome.FAILURE, reason=reason, origin=origin)
    raise error


def _is_from_us() -> bool:
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = address_parts(source)
    return (parts.scheme, parts.netloc) == (request.scheme, request.host)


def csrf_token() -> str:
    """A token for a form on a page that is not cached, bound to the session cookie when there is one."""
    return services().signer.sign(PURPOSE, _binding())


def _binding() -> str:
    token = _side().cookie.value()
    return hashlib.sha256(token.encode()).hexdigest()[:32] if token else "guest"


def _side() -> Side:
    side: Side = current_app.extensions[EXTENSION]
    return side


def _has_token() -> bool:
    token = request.form.get("csrf_token") or request.headers.get("X-CSRF-Token", "")
    try:
        bound_to = services().signer.value_of(PURPOSE, token)
    except InvalidSignatureError:
        return False
    return hmac.compare_digest(bound_to.encode(), _binding().encode())
