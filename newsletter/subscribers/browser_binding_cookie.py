"""The token of a browser that subscribed: with it the page behind the mailed link confirms by itself.

A scanner that opens the link has no such cookie, and never confirms (MAIL-11).
"""

from datetime import timedelta

from flask import Response, request

from carrel.http.services import services
from carrel.settings import Settings

NAME = "carrel_sign_up"
LASTS = timedelta(days=1)


def name_under(settings: Settings) -> str:
    """`__Host-` on https, as for the session."""
    return f"__Host-{NAME}" if settings.is_https else NAME


def token() -> str:
    """The token of this browser's cookie, or an empty string."""
    return request.cookies.get(name_under(services().settings), "")


def set_token(response: Response, value: str) -> None:
    """Set the cookie."""
    settings = services().settings
    response.set_cookie(
        name_under(settings), value, max_age=LASTS, httponly=True, samesite="Lax", secure=settings.is_https
    )


def clear_token(response: Response) -> None:
    """Delete the cookie: it is used once."""
    settings = services().settings
    response.delete_cookie(name_under(settings), httponly=True, samesite="Lax", secure=settings.is_https)
