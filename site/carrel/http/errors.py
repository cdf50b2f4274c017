"""Errors become pages in one place: a domain exception names itself, here it gets its status and its page."""

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from carrel import security_events
from carrel.db import ReadOnlyError
from carrel.http import cookies
from carrel.security_events import Event, Outcome

log = structlog.get_logger()


@dataclass(frozen=True)
class ErrorPage:
    """What an error page says: what happened, and what to do."""

    title: str
    advice: str


ERROR_PAGES = {
    400: ErrorPage("The request was not understood", "Go back, check what you entered, and try again."),
    403: ErrorPage(
        "The form could not be submitted",
        "The page may have been open for too long. Reload it and try again.",
    ),
    404: ErrorPage(
        "Page not found",
        "It may have moved, or the address may be mistyped. Search, or go to the home page.",
    ),
    405: ErrorPage("This action is not available here", "Go back and use the buttons on the page."),
    410: ErrorPage(
        "This page has been removed", "The article is no longer available. Search for its topic instead."
    ),
    413: ErrorPage("The upload is too large", "Send a smaller file or less text."),
    421: ErrorPage("Wrong address", "This site does not answer under that name."),
    429: ErrorPage("Too many attempts", "Wait a few minutes, then try again."),
    500: ErrorPage(
        "Something went wrong",
        "The problem is on our side and has been logged. Please try again in a minute.",
    ),
    503: ErrorPage("This is temporarily unavailable", "You can still read articles. Try again in a minute."),
}
READ_ONLY_PAGE = ErrorPage(
    "The site is being moved",
    "You can keep reading. Signing in, buying, and subscribing will work again in a few minutes.",
)
RETRY_AFTER_SECONDS = {429: 600, 503: 60}


def init_app(app: Flask) -> None:
    """Answer every error with a constant page: no trace, no detail."""
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(OperationalError, handle_database_error)
    register(app, ReadOnlyError, 503, READ_ONLY_PAGE)
    app.jinja_env.globals["READ_ONLY_NOTICE"] = f"{READ_ONLY_PAGE.title}. {READ_ONLY_PAGE.advice}"
    app.register_error_handler(Exception, handle_unexpected_error)


def register(
    app: Flask,
    exception: type[Exception],
    status: int,
    error_page: ErrorPage | None = None,
    event: Event | None = None,
) -> None:
    """Say once which status and page an exception of the domain gets, and as which event it is logged."""

    def answer(_error: Exception) -> Response:
        if event:
            security_events.log_event(event, Outcome.FAILURE)
        return error_response(status, error_page)

    app.register_error_handler(exception, answer)


def error_response(status: int, error_page: ErrorPage | None = None) -> Response:
    """The error page of that status."""
    error_page = error_page or ERROR_PAGES.get(status)
    error_page = error_page or ErrorPage(HTTPStatus(status).phrase, "Go back and try again.")
    response = make_response(_body(status, error_page), status)
    if status in RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS[status])
    return response


def _body(status: int, error: ErrorPage) -> str:
    try:
        signed_in = bool(cookies.SESSION.value())
        return render_template("error.html", status=status, error=error, signed_in=signed_in)
    except Exception:  # the error may be in what every page needs; the reader still gets the sentence
        log.exception("the error page itself failed", path=request.path)
        return f"<!doctype html><title>{error.title}</title><h1>{error.title}</h1><p>{error.advice}</p>"


def handle_http_error(error: HTTPException) -> Response:
    """404 and its like; a redirect that Werkzeug raises passes as it is."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return make_response(error.get_response())
    response = error_response(error.code)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = dict(error.get_headers()).get("Allow", "GET")
    return response


def handle_database_error(error: OperationalError) -> Response:
    """The database is locked, full, read-only or away: nothing was written, and trying again helps."""
    log.error("database cannot be used", path=request.path, problem=str(error.orig))
    return error_response(503)


def handle_unexpected_error(error: Exception) -> Response:
    """The last resort. The log gets the trace, the reader a sentence."""
    log.exception("unforeseen failure", path=request.path, exc_info=error)
    return error_response(500)
