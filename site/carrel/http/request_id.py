"""Every request has an id, in each line of the log and in the response, so that a report can be traced.

Behind a proxy of ours the id is the proxy's, so that its log and ours can be joined (ASVS 16.2.4).
"""

import re
import secrets

import structlog
from flask import Flask, Response, g, request

from carrel import security_events
from carrel.ip_prefix import network_key
from carrel.services import services

HEADER = "X-Request-Id"
FROM_A_PROXY = re.compile(r"[0-9a-f]{32}")  # nginx's $request_id


def init_app(app: Flask) -> None:
    """Give each request its id, before anything else."""
    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(forget)


def begin() -> None:
    """The proxy's id where there is a proxy, else a new one: what a visitor sends is not put into our logs."""
    g.request_id = _from_the_proxy() or secrets.token_hex(8)
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


def _from_the_proxy() -> str:
    sent = request.headers.get(HEADER, "") if services().settings.proxies else ""
    return sent if FROM_A_PROXY.fullmatch(sent) else ""
