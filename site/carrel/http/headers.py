"""Headers of every response: nothing is cached unless its view says so, and no script runs but ours."""

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from carrel.http import inline
from carrel.services import services

PRIVATE = "private, no-store"
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}
# Two windows see into each other only if both say the same. So a page with a network's script says another word than
# all pages with power or personal data, and a window that it opens with one of those is out of its reach.
SEVERED, OPEN_TO_OTHERS = "same-origin", "unsafe-none"
STRIPE_CHECKOUT = "https://checkout.stripe.com"
STRIPE_API = "https://api.stripe.com"


def init_app(app: Flask) -> None:
    """Put the headers on every response, errors included."""
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Fill in what the view left open."""
    response.headers.setdefault("Cache-Control", PRIVATE)
    response.headers.setdefault("Content-Security-Policy", content_security_policy())
    response.headers.setdefault("Referrer-Policy", referrer_policy())
    response.headers.setdefault("Cross-Origin-Opener-Policy", g.get("opener_policy", SEVERED))
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    if services().settings.is_https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def referrer_policy() -> str:
    """A page with a token in its URL shows it to no other page, of ours neither: one may run an ad network's script.

    With `origin` the next page learns of it neither from `document.referrer` nor from `navigation.entries()`;
    `no-referrer` would make browsers send `Origin: null`. An address without a route may be a link that was cut off.
    """
    arguments = request.view_args
    may_be_secret = arguments is None or "token" in arguments
    return "origin" if may_be_secret else "strict-origin-when-cross-origin"


def content_security_policy() -> str:
    """Our own files, and pictures of our CDN; inside a page only `inline.INLINE`. A view of pages with network ads widens it through `g.csp_sources`."""
    extra: dict[str, str] = g.get("csp_sources", {})
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": f"'self' {_checkout_origin()}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    } | extra
    inline.allow(policy)
    if origin := services().settings.media_cdn_origin:
        policy["img-src"] = f"{policy['img-src']} {origin}"
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def _checkout_origin() -> str:
    # A browser applies form-action to the redirect that follows a form, so Checkout must be named.
    settings = services().settings
    if settings.checkout_host:
        return f"https://{settings.checkout_host}"
    parts = urlsplit(settings.stripe_api_base)
    return STRIPE_CHECKOUT if settings.stripe_api_base == STRIPE_API else f"{parts.scheme}://{parts.netloc}"
