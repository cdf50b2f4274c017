"""A deliberately naive cache: one copy for each address, kept because it looks like a file, whatever its headers say.

Such rules ("cache everything that ends with .css") stand in many a content network.
"""

import re
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOKS_LIKE_A_FILE = re.compile(
    r"[.](css|js|mjs|map|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|xml|rss|atom|json|txt|md|pdf|html?|php)$",
    re.IGNORECASE,
)
HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "x-cache"}
Answer = tuple[int, list[tuple[str, str]], bytes]


class NaiveCache(ThreadingHTTPServer):
    """The cache, before the site on that port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.kept: dict[str, Answer] = {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: NaiveCache

    def setup(self) -> None:
        """One connection to the site for each to us."""
        super().setup()
        self._upstream = HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)

    def finish(self) -> None:
        """Both end together."""
        self._upstream.close()
        super().finish()

    def do_GET(self) -> None:
        """Answer from the copy, or fetch one."""
        kept = self.server.kept.get(self.path)
        answer = kept or self._fetch()
        if LOOKS_LIKE_A_FILE.search(self.path.partition("?")[0]) and answer[0] == 200:
            self.server.kept[self.path] = answer
        self._send(answer, "HIT" if kept else "MISS")

    def _fetch(self) -> Answer:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
        headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
        self._upstream.request("GET", self.path, headers=headers)
        response = self._upstream.getresponse()
        return response.status, response.getheaders(), response.read()

    def _send(self, answer: Answer, verdict: str) -> None:
        status, headers, body = answer
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOPS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Cache", verdict)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
