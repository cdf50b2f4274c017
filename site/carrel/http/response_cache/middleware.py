"""Answers for kept pages before Flask: what it said is said again, while it is still right.

Flask decides everything once: host, audience, headers, encoding, condition. Here only a request that cannot be told
from an earlier one gets the earlier answer, under an id of its own. Whatever is in doubt goes to Flask.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from carrel import clock
from carrel.http import request_id
from carrel.http.cached_response import KEPT, KeptPage
from carrel.http.response_cache import raw_request
from carrel.http.response_cache.answers import Answer, Answers, Headers
from carrel.http.response_cache.request_key import RequestKey, RequestReader
from carrel.page_cache import Audience, Versions
from carrel.services import Services

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OK, NOT_MODIFIED = "200 OK", "304 NOT MODIFIED"
# What the key holds; an answer that varies with anything else is given once.
VARIES = {"accept-encoding", "cookie", "sec-fetch-dest"}


class KeptAnswer(NamedTuple):
    """An answer for the wire."""

    answer: Answer
    request_id: str

    def to_bytes(self, fields_of_the_server: bytes) -> bytes:
        """The whole response; a server adds the fields that are its own."""
        first = f"HTTP/1.1 {self.answer.status}\r\n".encode()
        last = f"{request_id.HEADER}: {self.request_id}\r\n\r\n".encode()
        return b"".join((first, fields_of_the_server, self.answer.fields, last, self.answer.body))


class ResponseCache:
    """The WSGI app in front of Flask's."""

    def __init__(self, app: "WSGIApplication", services: Services) -> None:
        self._app, self._services = app, services
        self._reader = RequestReader(services.settings)
        self._has_proxy = bool(services.settings.proxies)
        self.answers = Answers()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        request = self._reader.read(environ)
        version = self._version() if request else None
        audience = self._audience(request.token, version.audiences) if request and version else None
        if request is None or version is None or audience is None:
            return self._app(environ, start_response)
        if answer := self._find(request.key, audience, version.pages):
            start_response(answer.status, [*answer.headers, (request_id.HEADER, self._new_id(environ))])
            return [answer.body]
        return self._ask(request.key, audience, environ, start_response)

    def from_memory(self, data: bytes) -> KeptAnswer | None:
        """The answer to a request as it came, if memory alone can tell it; never waits for a database."""
        environ = raw_request.read(data)
        request = self._reader.read(environ) if environ else None
        version = self._services.cache_version.recent() if request else None
        audience = self._audience(request.token, version.audiences) if request and version else None
        if environ is None or request is None or version is None or audience is None:
            return None
        answer = self._find(request.key, audience, version.pages)
        return KeptAnswer(answer, self._new_id(environ)) if answer else None

    def _new_id(self, environ: "WSGIEnvironment") -> str:
        return request_id.new_id(environ.get(request_id.ENVIRON, ""), has_proxy=self._has_proxy)

    def _version(self) -> Versions | None:
        """The versions; None when the database never told it, of which Flask makes a page."""
        try:
            return self._services.cache_version.current()
        except SQLAlchemyError:
            return None

    def _audience(self, token: str, version: int) -> Audience | None:
        """From memory, by the rules of decision 8; None when the database must be asked, which Flask does."""
        return self._services.audience_cache.get(token, version) if token else Audience.GUEST

    def _find(self, key: RequestKey, audience: Audience, version: int) -> Answer | None:
        now = clock.now()
        if not key.entity_tag:
            return self.answers.get(key, audience, version, now)
        if unchanged := self.answers.get(key, audience, version, now):
            return unchanged
        whole = self.answers.get(key._replace(entity_tag=""), audience, version, now)
        return whole if whole and whole.entity_tag != key.entity_tag else None

    def _ask(
        self,
        key: RequestKey,
        audience: Audience,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        """Let Flask answer, and keep its answer if it is one that the same request may get again."""
        said: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *failure: Any) -> Callable[[bytes], object]:
            said.append((status, headers))
            return start_response(status, headers, *failure)

        parts = self._app(environ, start)
        page = environ.get(KEPT)
        if not isinstance(page, KeptPage) or len(said) != 1:
            return parts
        body = _whole(parts)
        answer = _answer(*said[0], body, page)
        if answer and _is_same_for(key, audience, page):
            tag = answer.entity_tag if answer.status == NOT_MODIFIED else ""
            self.answers.put(key._replace(entity_tag=tag), audience, answer)
        return [body]


def _answer(status: str, headers: Headers, body: bytes, page: KeptPage) -> Answer | None:
    """What is kept of an answer; None when the next one may differ."""
    named = {name.lower(): value for name, value in headers}
    vary = {name.strip().lower() for name in named.get("vary", "").split(",")}
    tag = named.get("etag", "").strip('"')
    if status not in {OK, NOT_MODIFIED} or "set-cookie" in named or not tag or not vary <= VARIES:
        return None
    if status == OK and named.get("content-length") is None:
        return None  # its end would be the server's to mark
    kept = [header for header in headers if header[0] != request_id.HEADER]
    return Answer(status, kept, body, tag, page.cache_version, page.fresh_until)


def _is_same_for(key: RequestKey, audience: Audience, page: KeptPage) -> bool:
    """Whether the page is kept under this very address and for this audience."""
    address = f"{key.path}?{key.query}" if key.query else key.path
    return page.key == address and page.audience is audience


def _whole(parts: Iterable[bytes]) -> bytes:
    close = getattr(parts, "close", None)
    try:
        return b"".join(parts)
    finally:
        if close:
            close()
