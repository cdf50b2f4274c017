"""The secret of a browser that asked for a sign-in mail: with it the mailed link needs no second question."""

from flask import Response, request

from carrel.accounts.links import LASTS
from carrel.http.services import services
from carrel.settings import Settings

NAME = "carrel_asked"


def name_under(settings: Settings) -> str:
    """`__Host-` on https, as for the session."""
    return f"__Host-{NAME}" if settings.is_https else NAME


def cookie_name() -> str:
    """Its name on this site."""
    return name_under(services().settings)


def secret() -> str:
    """The secret that this browser holds, or an empty string."""
    return request.cookies.get(cookie_name(), "")


def set_secret(response: Response, value: str) -> None:
    """Give it to the browser for as long as the mail is good."""
    response.set_cookie(
        cookie_name(), value, max_age=LASTS, path="/", httponly=True, samesite="Lax",
        secure=services().settings.is_https,
    )  # fmt: skip


def clear_secret(response: Response) -> None:
    """Take it away: it was used."""
    response.delete_cookie(
        cookie_name(), path="/", httponly=True, samesite="Lax", secure=services().settings.is_https
    )
