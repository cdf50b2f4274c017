"""Every cookie that the site sets: its name, its lifetime, and how it is set and cleared.

Requests with a cookie whose name contains `carrel_` bypass shared caches (docs/caching.md).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from flask import Response, request

from carrel.services import services
from carrel.settings import Settings


@dataclass(frozen=True)
class Cookie:
    """A cookie that no script can read, for the whole site or for the pages under one path."""

    base_name: str
    max_age: timedelta
    same_site: Literal["Lax", "Strict"] = "Lax"
    path: str = "/"

    def name(self, settings: Settings) -> str:
        """`__Host-` on https binds it to this host, and demands the path `/`; plain http knows no prefix."""
        prefix = "__Host-" if self.path == "/" else "__Secure-"
        return f"{prefix}{self.base_name}" if settings.is_https else self.base_name

    def value(self) -> str:
        """What the browser sent, or an empty string."""
        return request.cookies.get(self.name(services().settings), "")

    def set(self, response: Response, value: str) -> None:
        """Give it to the browser. The response must not be cached."""
        settings = services().settings
        response.set_cookie(
            self.name(settings),
            value,
            max_age=self.max_age,
            path=self.path,
            httponly=True,
            samesite=self.same_site,
            secure=settings.is_https,
        )

    def clear(self, response: Response) -> None:
        """Remove it from the browser."""
        settings = services().settings
        response.delete_cookie(
            self.name(settings),
            path=self.path,
            httponly=True,
            samesite=self.same_site,
            secure=settings.is_https,
        )


# A reader's session: the only cookie that selects an audience (decision 6).
SESSION = Cookie("carrel_session", timedelta(days=180))
# The browser that asked for a sign-in mail: there the mailed link needs no second question.
SIGN_IN = Cookie("carrel_asked", timedelta(minutes=10))
# A browser that signed in with an address before. It outlives the session: see `carrel.accounts.known_browsers`.
KNOWN_BROWSER = Cookie("carrel_known", timedelta(days=180))
# The browser that subscribed: there the page behind the mailed link confirms by itself. A scanner that
# opens the link has no such cookie, and never confirms (MAIL-11).
SIGN_UP = Cookie("carrel_sign_up", timedelta(days=1))
# An operator's session, a browser that an operator signed in with before, and the challenge that a passkey answers.
OPERATOR = Cookie("carrel_operator", timedelta(hours=12))
KNOWN_OPERATOR = Cookie("carrel_operator_known", timedelta(days=180), "Strict")
PASSKEY_CHALLENGE = Cookie("carrel_passkey", timedelta(minutes=5), "Strict")
# What an operator's last action did, until an admin page has said it.
DESK_MESSAGE = Cookie("carrel_desk_message", timedelta(minutes=5), "Strict", path="/admin/")
# The token of a mailed link, from the moment it is opened until its button is pressed (link_cookie.py). Not Strict:
# browsers keep such a cookie back for as long as a way that began in a mail lasts, our own redirects included.
SIGN_IN_LINK = Cookie("carrel_link", timedelta(minutes=10), path="/sign-in/")
UNDO_LINK = Cookie("carrel_undo", timedelta(hours=1), path="/account/address/undo/")
SET_UP_LINK = Cookie("carrel_set_up", timedelta(hours=1), path="/admin/set-up/")
