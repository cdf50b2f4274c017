"""Every request has an id, in each line of the log and in the response, so that a report can be traced.

Behind a proxy of ours the id is the proxy's, so that its log and ours can be joined (ASVS 16.2.4).
"""

import random
import re

import structlog
from flask import Flask, Response, g, request

from carrel import security_events
from carrel.ip_prefix import network_key
from carrel.services import services

HEADER = "X-Request-Id"
ENVIRON = "HTTP_X_REQUEST_ID"
FROM_A_PROXY = re.compile(r"[0-9a-f]{32}")  # nginx's $request_id


def init_app(app: Flask) -> None:
    """Give each request its id, before anything else."""
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(forget)


def begin() -> None:
    """The proxy's id where there is a proxy, else a new one: what a visitor sends is not put into our logs."""
    g.request_id = new_id(request.headers.get(HEADER, ""), has_proxy=bool(services().settings.proxies))
    structlog.contextvars.clear_contextvars()
    # The name of the route, not the path: a path may hold a token.
    structlog.contextvars.bind_contextvars(
        request=g.request_id, method=request.method, endpoint=request.endpoint or ""
    )
    security_events.begin_request(g.request_id, network_key(request.remote_addr))


def end(response: Response) -> Response:
    """Put the id into the response, so that a reader can quote it."""
    response.headers[HEADER] = g.request_id
    return response


def forget(_failure: BaseException | None) -> None:
    """What this thread does next is another request's, or nobody's."""
    security_events.end_request()


def new_id(sent: str, *, has_proxy: bool) -> str:
    """The id of a request that came with `sent` as its header."""
    return sent if has_proxy and FROM_A_PROXY.fullmatch(sent) else f"{random.getrandbits(64):016x}"
