"""The site with the response cache in front, and the same site without it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import create_environ

from carrel.ads.samples import seed_demo_ads
from carrel.http.response_cache import ResponseCache
from carrel.services import Services
from tests.conftest import BASE_URL
from tests.support.accounts import make_reader, make_session
from tests.support.articles import put_article

COOKIE = "__Host-carrel_session"
HOST = "carrel.test"
ID = "X-Request-Id"


@dataclass(frozen=True)
class Reply:
    """What a WSGI app answered."""

    status: str
    headers: tuple[tuple[str, str], ...]  # sorted, without the request's id
    body: bytes
    request_id: str

    @property
    def said(self) -> tuple[str, tuple[tuple[str, str], ...], bytes]:
        """All that must be the same for the same request."""
        return self.status, self.headers, self.body

    def __getitem__(self, name: str) -> str:
        return dict(self.headers).get(name, "")


def ask(app: Any, path: str = "/", method: str = "GET", query: str = "", **environ: str) -> Reply:
    """Send a request as a server would; a value of None takes something out of the environment."""
    sent = create_environ(path, BASE_URL, method=method, query_string=query)
    sent = {name: value for name, value in (sent | environ).items() if value is not None}
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    parts: Iterable[bytes] = app(sent, lambda status, headers, *_: begun.append((status, headers)))
    body = b"".join(parts)
    if close := getattr(parts, "close", None):
        close()
    status, headers = begun[-1]
    ids = [value for name, value in headers if name == ID]
    others = tuple(sorted(header for header in headers if header[0] != ID))
    return Reply(status, others, body, *ids)


@dataclass
class Site:
    """Flask, the response cache before it, and who visits."""

    flask: Flask
    services: Services
    tokens: dict[str, str]
    asked: list[str] = field(default_factory=list)  # the paths that reached Flask through the cache

    def __post_init__(self) -> None:
        def counting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            self.asked.append(environ["PATH_INFO"])
            return self.flask(environ, start_response)

        self.cache = ResponseCache(counting, self.services)

    def cookie(self, who: str) -> dict[str, str]:
        """The header of a reader's browser, or of a pass holder's; of a guest's there is none."""
        return {"HTTP_COOKIE": f"{COOKIE}={self.tokens[who]}"} if who in self.tokens else {}

    def asks_flask(self, *args: Any, **kwargs: Any) -> bool:
        """Whether this request reaches Flask, after a plain one and one like it were answered."""
        ask(self.cache, *args[:1])
        ask(self.cache, *args, **kwargs)
        ask(self.cache, *args, **kwargs)
        before = len(self.asked)
        ask(self.cache, *args, **kwargs)
        return len(self.asked) > before


@pytest.fixture
def site(app: Flask, services: Services) -> Site:
    """A small library with ads, a reader and a pass holder."""
    with services.db.write() as session:
        for slug in ("clean-claims", "timely-filing"):
            put_article(session, slug=slug, topics=("medicare",))
        seed_demo_ads(session, services.settings)
    anna, bob = make_reader(services.db), make_reader(services.db, "bob@example.org", ad_free=True)
    return Site(
        app,
        services,
        {"reader": make_session(services.db, anna), "holder": make_session(services.db, bob)},
    )
