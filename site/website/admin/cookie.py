"""The operator's cookies: a session for the length of a working day, and a passkey's challenge for five minutes."""

from flask import Response, request

from carrel.http.services import services
from carrel.settings import Settings
from website.admin.operators.challenges import LASTS
from website.admin.operators.sessions import ABSOLUTE

NAME = "carrel_operator"
CHALLENGE = "carrel_passkey"


def name_under(settings: Settings, name: str = NAME) -> str:
    """The cookie's name: `__Host-` on https binds it to this host; loopback http cannot have the prefix."""
    return f"__Host-{name}" if settings.is_https else name


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


def challenge() -> str:
    """The token of the challenge that this browser asked for, or an empty string."""
    return request.cookies.get(name_under(services().settings, CHALLENGE), "")


def give_challenge(response: Response, token: str) -> Response:
    """Bind a challenge to the browser."""
    settings = services().settings
    name, secure = name_under(settings, CHALLENGE), settings.is_https
    response.set_cookie(name, token, max_age=LASTS, path="/", httponly=True, samesite="Strict", secure=secure)
    return response


def take_challenge_away(response: Response) -> Response:
    """It was used."""
    settings = services().settings
    name, secure = name_under(settings, CHALLENGE), settings.is_https
    response.delete_cookie(name, path="/", httponly=True, samesite="Strict", secure=secure)
    return response
