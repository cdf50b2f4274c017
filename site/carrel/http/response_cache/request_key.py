"""What of a request decides its answer, when nothing about it is in doubt.

Everything that a kept page's answer may depend on is either part of the key or has the one value that is known here.
A request with anything else has no key, and Flask answers it.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from carrel.http.cookies import SESSION
from carrel.http.encodings import best_encoding
from carrel.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

DEFAULT_PORTS = (":80", ":443")  # Flask takes them off a host, depending on what a proxy says of the scheme
LONGEST_HEADER = 200  # of Accept-Encoding; what is longer is not remembered
# A page of a long list, or a set to practice with: no other query is part of an address under which a page is kept.
_QUERY = re.compile(
    r"page=[1-9][0-9]{0,5}|set=[1-9][0-9]?|(?:domain|topic|article)=[a-z0-9-]{1,80}(?:&set=[1-9][0-9]?)?",
    re.ASCII,
)
_ENTITY_TAG = re.compile(r'(?:W/)?"([0-9a-z-]{1,64})"', re.ASCII)
_choose_encoding = lru_cache(512)(best_encoding)


class RequestKey(NamedTuple):
    """All of a request that its answer depends on, besides the audience."""

    method: str
    path: str
    query: str
    encoding: str
    is_document: bool  # a feed that a person opens in a browser has another type
    entity_tag: str  # what the browser has already; "" for a request without a condition


class KnownRequest(NamedTuple):
    """A request without doubts: its key, and the reader's session token ("" for a guest)."""

    key: RequestKey
    token: str


class RequestReader:
    """Reads requests for one site."""

    def __init__(self, settings: Settings) -> None:
        is_ambiguous = settings.host.endswith(DEFAULT_PORTS)
        self._host = "" if is_ambiguous else settings.host
        self._cookie = SESSION.name(settings)
        name = re.escape(self._cookie)
        self._session = re.compile(rf"(?:.*; )?{name}=([A-Za-z0-9_-]{{43}})(?:; .*)?", re.ASCII)

    def read(self, environ: "WSGIEnvironment") -> KnownRequest | None:
        """What is asked; None when anything of it is in doubt."""
        get = environ.get
        cookies, query, accepted = (
            get("HTTP_COOKIE", ""),
            get("QUERY_STRING"),
            get("HTTP_ACCEPT_ENCODING", ""),
        )
        token = self._token(cookies) if self._cookie in cookies else ""
        tag = _entity_tag(environ)
        if token is None or tag is None or len(accepted) > LONGEST_HEADER or not self._is_plain(environ):
            return None
        if query and not _QUERY.fullmatch(query):
            return None
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        is_document = get("HTTP_SEC_FETCH_DEST") == "document"
        key = RequestKey(method, path, query or "", _choose_encoding(accepted), is_document, tag)
        return KnownRequest(key, token)

    def _is_plain(self, environ: "WSGIEnvironment") -> bool:
        """Whether it asks for a page under our own host and name, brings no body and wants no part of the page."""
        return (
            environ["REQUEST_METHOD"] in {"GET", "HEAD"}
            and environ.get("HTTP_HOST") == self._host
            and not environ.get("SCRIPT_NAME")
            and environ.get("CONTENT_LENGTH", "") in {"", "0"}
            and "HTTP_TRANSFER_ENCODING" not in environ
            and "HTTP_RANGE" not in environ
            and "HTTP_IF_RANGE" not in environ
            and "HTTP_IF_MATCH" not in environ
        )

    def _token(self, cookies: str) -> str | None:
        """The session token; None when it is not certain what Flask would read."""
        # A name that stands there twice, or inside a quoted value, needs the whole of RFC 6265.
        if cookies.count(self._cookie) > 1 or '"' in cookies:
            return None
        match = self._session.fullmatch(cookies)
        return match[1] if match else None


def _entity_tag(environ: "WSGIEnvironment") -> str | None:
    """The tag of the page that the browser has, "" for none, None for a condition that Flask must judge.

    Beside If-None-Match, If-Modified-Since says nothing (RFC 9110, 13.1.3); alone it needs dates.
    """
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition is None:
        return None if "HTTP_IF_MODIFIED_SINCE" in environ else ""
    match = _ENTITY_TAG.fullmatch(condition)
    return match[1] if match else None
