"""The operator's cookie: opaque, for the length of a working day, apart from the readers' one."""

from flask import Response, request

from website.admin.operators.sessions import ABSOLUTE
from website.settings import Settings
from website.web.services import services

NAME = "carrel_operator"


def name_under(settings: Settings) -> str:
    """The cookie's name: `__Host-` on https binds it to this host; loopback http cannot have the prefix."""
    return f"__Host-{NAME}" if settings.is_https else NAME


def operator_cookie() -> str:
    """The session token that the browser sent, or an empty string."""
    return request.cookies.get(name_under(services().settings), "")


def give(response: Response, token: str) -> Response:
    """Give the browser its session."""
    settings = services().settings
    secure = settings.is_https
    name = name_under(settings)
    response.set_cookie(name, token, max_age=ABSOLUTE, path="/", httponly=True, samesite="Lax", secure=secure)
    return response


def take_away(response: Response) -> Response:
    """Take the session away from the browser."""
    settings = services().settings
    secure = settings.is_https
    response.delete_cookie(name_under(settings), path="/", httponly=True, samesite="Lax", secure=secure)
    return response
