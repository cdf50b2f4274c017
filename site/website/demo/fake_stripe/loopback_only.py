"""Restricts the dashboard to this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import abort, request

_NAMES = {"localhost", "127.0.0.1", "::1"}


def require_loopback() -> None:
    """Aborts with 403 unless the request comes from this machine, and not from another site in its browser.

    The Host check stops DNS rebinding, the other two stop cross-site requests.
    """
    if not ipaddress.ip_address(request.remote_addr or "::").is_loopback:
        abort(403)
    if urlsplit(f"//{request.host}").hostname not in _NAMES:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403)
