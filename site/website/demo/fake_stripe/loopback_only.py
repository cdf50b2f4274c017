"""Keeps the operator's side of the stand-in to people and programs on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import abort, request

_NAMES = {"localhost", "127.0.0.1", "::1"}


def require_loopback() -> None:
    """Aborts with 403 unless the caller is this machine, and not another site's page in a browser.

    The Host check stops a foreign name that was made to point here; the other two stop a foreign
    page that posts here.
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
