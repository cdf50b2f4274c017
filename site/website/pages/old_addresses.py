"""Where nothing of ours is, an old address may be: the last look before a 404, so that it never hides a page."""

from flask import Flask, Response, make_response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from articles import queries
from carrel import clock
from carrel.http import errors
from carrel.services import services

# Not asked by people who follow an old link.
_FILES = ("/static/", "/media/")


def init_app(app: Flask) -> None:
    """Look for an old address wherever the readers' app would answer 404."""
    app.register_error_handler(404, redirect_or_not_found)


def redirect_or_not_found(error: NotFound) -> Response:
    """301 to the article that was at this path; 410 when that was removed; else the page that says 404."""
    settings = services().settings
    is_at_desk = bool(settings.desk_url) and request.host == settings.desk_host
    if request.method not in {"GET", "HEAD"} or is_at_desk:
        return errors.handle_http_error(error)
    if request.path.startswith(_FILES):
        return errors.handle_http_error(error)
    try:
        with services().db.read() as session:
            found = queries.find_old_path(session, request.path, clock.now())
    except OperationalError as unusable:
        return errors.handle_database_error(unusable)
    if isinstance(found, queries.Moved):
        return make_response(redirect(found.url, 301))
    return errors.error_response(410) if found else errors.handle_http_error(error)
