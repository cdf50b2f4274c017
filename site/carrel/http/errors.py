"""Errors become pages in one place: a domain exception names itself, here it gets its status and its page."""

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from carrel import security_events
from carrel.http import cookies
from carrel.security_events import Event, Outcome

log = structlog.get_logger()


@dataclass(frozen=True)
class ErrorPage:
    """What an error page says: what happened, and what to do."""

    title: str
    advice: str


ERROR_PAGES = {
    400: ErrorPage("That request did not make sense", "Go back, check what you entered, and try again."),
    403: ErrorPage(
        "That form could not be accepted",
        "It may have been open for too long. Reload the page and send it again.",
    ),
    404: ErrorPage(
        "There is no such page",
        "It may have moved, or the address has a typing mistake. Search, or start from the home page.",
    ),
    405: ErrorPage("That cannot be done here", "Go back and use the buttons on the page."),
    410: ErrorPage(
        "This page is gone", "The article was taken out of the library. Search for its subject instead."
    ),
    413: ErrorPage("That was too much to send", "Send something smaller."),
    421: ErrorPage("Wrong address", "This site does not answer under that name."),
    429: ErrorPage("Too many tries", "Wait a few minutes, then try again."),
    500: ErrorPage(
        "Something went wrong on our side",
        "It is not your fault. Try again in a minute; we have made a note of it.",
    ),
    503: ErrorPage("This cannot be done right now", "Reading works as always. Try again in a minute."),
}
RETRY_AFTER_SECONDS = {429: 600, 503: 60}


def init_app(app: Flask) -> None:
    """Answer every error with a constant page: no trace, no detail."""
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(OperationalError, handle_database_error)
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
