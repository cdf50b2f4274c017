"""The one cookie that selects an edition: a reader's session, opaque, hashed at rest (decision 2)."""

from datetime import timedelta

from flask import Response, request

from carrel.http.services import services
from carrel.settings import Settings

NAME = "carrel_session"
MAX_AGE = timedelta(days=180)


def cookie_name() -> str:
    """`__Host-` on https binds the cookie to this host and path; loopback http cannot have the prefix."""
    return name_under(services().settings)


def name_under(settings: Settings) -> str:
    """The cookie's name on a site with these settings."""
    return f"__Host-{NAME}" if settings.is_https else NAME


def session_cookie() -> str:
    """The session token that the browser sent, or an empty string."""
    return request.cookies.get(cookie_name(), "")


def set_session_cookie(response: Response, token: str) -> None:
    """Give the browser its session. The response must not be kept by anybody."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=MAX_AGE,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=services().settings.is_https,
    )


def clear_session_cookie(response: Response) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(
        cookie_name(), path="/", httponly=True, samesite="Lax", secure=services().settings.is_https
    )
