"""Failures become pages in one place: a domain exception names itself, here it gets its status and words."""

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from carrel.http.session_cookie import session_cookie

log = structlog.get_logger()


@dataclass(frozen=True)
class ErrorPage:
    """What an error page says: what happened, and what to do."""

    title: str
    advice: str


WORDS = {
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
    """Answer every failure with a constant page: no trace, no detail."""
    app.register_error_handler(HTTPException, http_failure)
    app.register_error_handler(OperationalError, database_failure)
    app.register_error_handler(Exception, unforeseen_failure)


def register(app: Flask, failure: type[Exception], status: int, words: ErrorPage | None = None) -> None:
    """Say once which status and words a named exception of the domain gets."""
    app.register_error_handler(failure, lambda _failure: page(status, words))


def page(status: int, words: ErrorPage | None = None) -> Response:
    """The error page of that status."""
    words = words or WORDS.get(status) or ErrorPage(HTTPStatus(status).phrase, "Go back and try again.")
    response = make_response(_body(status, words), status)
    if status in RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS[status])
    return response


def _body(status: int, words: ErrorPage) -> str:
    try:
        return render_template("error.html", status=status, words=words, signed_in=bool(session_cookie()))
    except Exception:  # the failure may be in what every page needs; the reader still gets the sentence
        log.exception("the error page itself failed", path=request.path)
        return f"<!doctype html><title>{words.title}</title><h1>{words.title}</h1><p>{words.advice}</p>"


def http_failure(failure: HTTPException) -> Response:
    """404 and its like; a redirect that Werkzeug raises passes as it is."""
    if failure.code is None or failure.code < HTTPStatus.BAD_REQUEST:
        return make_response(failure.get_response())
    response = page(failure.code)
    if failure.code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = dict(failure.get_headers()).get("Allow", "GET")
    return response


def database_failure(failure: OperationalError) -> Response:
    """The database is locked, full, read-only or away: nothing was written, and trying again helps."""
    log.error("database cannot be used", path=request.path, problem=str(failure.orig))
    return page(503)


def unforeseen_failure(failure: Exception) -> Response:
    """The last resort. The log gets the trace, the reader a sentence."""
    log.exception("unforeseen failure", path=request.path, exc_info=failure)
    return page(500)
