"""Everything that we ask a browser to store, declared beside the code that does it (PRIV-08).

The privacy page shows this list. A response that sets a cookie which is not on it fails, in a test as in
production. Scripts declare what they store in their first comment; tests hold them to it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from flask import Flask

from carrel.http import assets, cookies
from carrel.http.cookies import Cookie
from carrel.services import services_of

EXTENSION = "storage_register"
COOKIE, STORAGE = "Cookie", "The browser’s own storage"
# // Keeps "display" in the browser's storage: the colors and text size that you chose; until you clear it.
IN_A_SCRIPT = re.compile(r"^// Keeps \"([^\"]+)\" in the browser's storage: (.+); (.+)\.$", re.MULTILINE)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class UndeclaredCookieError(Exception):
    """A cookie is about to be set that is not in the register."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the cookie {name!r} is not in the storage register: declare it in its init_app")
        self.name = name


@dataclass(frozen=True)
class StoredItem:
    """One thing that a browser stores, described for its owner."""

    name: str
    where: str
    purpose: str
    lasts: str


def init_app(app: Flask) -> None:
    """Begin the register with the session cookie and the scripts, and check every response against it."""
    app.extensions[EXTENSION] = []
    declare(
        app,
        cookies.SESSION,
        purpose="Keeps you signed in, or remembers that this browser has the pass. Set when you sign in or buy a pass.",
        lasts=f"{cookies.SESSION.max_age.days} days, or until you sign out",
    )
    app.extensions[EXTENSION] += items_in_scripts(assets.static_folder(app))
    app.jinja_env.globals["register"] = app.extensions[EXTENSION]
    app.wsgi_app = CookieCheck(app.wsgi_app, app.extensions[EXTENSION])  # type: ignore[method-assign]


def declare(app: Flask, cookie: Cookie, *, purpose: str, lasts: str) -> None:
    """Put a cookie on the list, under the name that browsers see."""
    name = cookie.name(services_of(app).settings)
    app.extensions[EXTENSION].append(StoredItem(name, COOKIE, purpose, lasts))


def items_in_scripts(static: Path) -> list[StoredItem]:
    """What our scripts say that they store."""
    return [
        StoredItem(name, STORAGE, _capitalized(purpose), _capitalized(lasts))
        for script in sorted((static / "js").glob("*.js"))
        for name, purpose, lasts in IN_A_SCRIPT.findall(script.read_text("utf-8"))
    ]


class CookieCheck:
    """Lets no undeclared cookie pass, whoever sets it, Flask itself included."""

    def __init__(self, app: Wsgi, register: list[StoredItem]) -> None:
        self._app, self._register = app, register

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request. Raises `UndeclaredCookieError`."""

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._check(headers)
            return start_response(status, headers, *more)

        return self._app(environ, start)

    def _check(self, headers: Iterable[tuple[str, str]]) -> None:
        declared = {item.name for item in self._register if item.where == COOKIE}
        for header, value in headers:
            if header.lower() == "set-cookie" and (undeclared := SimpleCookie(value).keys() - declared):
                raise UndeclaredCookieError(min(undeclared))


def _capitalized(text: str) -> str:
    return text[0].upper() + text[1:]
