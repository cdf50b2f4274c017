"""Everything that we ask a browser to keep, declared beside the code that does it (PRIV-08).

The privacy page shows this list. A cookie that is not on it never leaves the house: the answer that carries it
fails, in a test as in production. Scripts declare what they keep in their first comment; tests hold them to it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from flask import Flask

from carrel.http import assets, session_cookie
from carrel.http.services import Services
from carrel.settings import Settings

EXTENSION = "storage_register"
COOKIE, STORAGE = "Cookie", "The browser’s own storage"
# // Keeps "display" in the browser's storage: the colours and text size that you chose; until you clear it.
IN_A_SCRIPT = re.compile(r"^// Keeps \"([^\"]+)\" in the browser's storage: (.+); (.+)\.$", re.MULTILINE)
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class UndeclaredCookieError(Exception):
    """A cookie is about to be set that is not in the register."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the cookie {name!r} is not in the storage register: declare it in its init_app")
        self.name = name


@dataclass(frozen=True)
class StoredItem:
    """One thing that a browser keeps, in words for its owner."""

    name: str
    where: str
    purpose: str
    lasts: str


def init_app(app: Flask) -> None:
    """Begin the register with what this floor keeps, and hold every answer to it."""
    desk: Services = app.extensions["carrel"]
    app.extensions[EXTENSION] = [_session(desk.settings), *in_scripts(assets.static_folder(app))]
    app.jinja_env.globals["register"] = app.extensions[EXTENSION]
    app.wsgi_app = Watch(app.wsgi_app, app.extensions[EXTENSION])  # type: ignore[method-assign]


def declare(app: Flask, name: str, *, purpose: str, lasts: str, where: str = COOKIE) -> None:
    """Put a cookie on the list, under the name that browsers see."""
    app.extensions[EXTENSION].append(StoredItem(name, where, purpose, lasts))


def in_scripts(static: Path) -> list[StoredItem]:
    """What our scripts say that they keep."""
    scripts = sorted((static / "js").glob("*.js"))
    found = [IN_A_SCRIPT.findall(script.read_text("utf-8")) for script in scripts]
    return [
        StoredItem(name, STORAGE, _begin(purpose), _begin(lasts))
        for each in found
        for name, purpose, lasts in each
    ]


class Watch:
    """Lets no undeclared cookie pass, whoever sets it, Flask itself included."""

    def __init__(self, app: Wsgi, register: list[StoredItem]) -> None:
        self._app, self._register = app, register

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self._check(headers)
            return start_response(status, headers, *more)

        return self._app(environ, start)

    def _check(self, headers: Iterable[tuple[str, str]]) -> None:
        declared = {kept.name for kept in self._register if kept.where == COOKIE}
        for name in (
            each for key, value in headers if key.lower() == "set-cookie" for each in SimpleCookie(value)
        ):
            if name not in declared:
                raise UndeclaredCookieError(name)


def _session(settings: Settings) -> StoredItem:
    days = session_cookie.MAX_AGE.days
    purpose = "Keeps you signed in, or remembers that this browser has the pass. Set when you sign in or buy."
    name = session_cookie.name_under(settings)
    return StoredItem(name, COOKIE, purpose, f"{days} days, or until you sign out")


def _begin(words: str) -> str:
    return words[0].upper() + words[1:]
