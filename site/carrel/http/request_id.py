"""Every request has an id: in each line of the log, and in the answer, so that a report can be followed."""

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
    """Say the id, so that a reader can name it."""
    response.headers[HEADER] = g.request_id
    return response
