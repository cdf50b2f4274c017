"""Every request has an id, in each line of the log and in the response, so that a report can be traced."""

import secrets

import structlog
from flask import Flask, Response, g, request

HEADER = "X-Request-Id"


def init_app(app: Flask) -> None:
    """Give each request its id, before anything else."""
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    """A new id of ours: what a visitor sends is not put into our logs."""
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id, method=request.method)


def end(response: Response) -> Response:
    """Put the id into the response, so that a reader can quote it."""
    response.headers[HEADER] = g.request_id
    return response
