"""A second request hidden in the body of a first: the server itself, and nginx before it.

The disguises are those of PortSwigger's "HTTP Desync Attacks" (2019) and of RFC 9112, 11.2. Whatever a server makes of
the first request, the hidden one gets no answer.
"""

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from tests.caches import nginx as nginxes
from tests.caches.served_site import CacheSite
from tests.caches.wire import NAME, Front

QUIET_SECONDS = 1.0
HIDDEN = b"GET /robots.txt HTTP/1.1\r\nHost: carrel.test\r\nX-Forwarded-Proto: https\r\n\r\n"
ANSWER = b"Sitemap: https://carrel.test/sitemap.xml"
CHUNKED = b"0\r\n\r\n" + HIDDEN
IN_A_CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
DISGUISES = [
    b"Transfer-Encoding: chunked", b"Transfer-Encoding:chunked", b"Transfer-Encoding:\tchunked", b"Transfer-Encoding : chunked",
    b"Transfer-Encoding\t: chunked", b" Transfer-Encoding: chunked", b"Transfer-Encoding: chunked\t", b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: chunkedx", b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity, chunked",
    b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: chunked;x=1", b"Transfer-Encoding: \x0bchunked", b"Transfer-Encoding: \x0cchunked", b"Transfer-Encoding: \x00chunked",
    b"Transfer-Encoding: 'chunked'", b'Transfer-Encoding: "chunked"', b"transfer-encoding: CHUNKED", b"tRANSFER-eNCODING: chunked",
    b"Transfer_Encoding: chunked", b"Transfer-Encoding\x00: chunked", b"Transfer-Encoding:\n chunked", b"Transfer-Encoding:\r\n chunked",
    b"X: y\nTransfer-Encoding: chunked", b"X: y\rTransfer-Encoding: chunked", b"X: y\r\n Transfer-Encoding: chunked",
    b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    b"Transfer-Encoding: chunked\r\nTransfer-encoding: identity", b"Transfer-Encoding: ch\xc3\xbcnked", b"Transfer-Encoding: \xa0chunked",
    b"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", b"Transfer-Encoding",
]  # fmt: skip
LENGTHS = [
    b"Content-Length: 0\r\nContent-Length: %d", b"Content-Length: %d\r\nContent-Length: 0", b"Content-Length: 0, %d",
    b"Content-Length: +%d", b"Content-Length: -%d", b"Content-Length: 0x%x", b"Content-Length: %d.0", b"Content-Length: %d ,",
    b"Content-Length : %d", b"Content_Length: %d", b" Content-Length: %d", b"Content-Length:\r\n %d", b"Content-Length: \x0b%d",
    b"Content-Length: 0%d", b"Content-Length: 1e%d", b"Content-Length: 18446744073709551616%d", b"X: y\nContent-Length: %d",
]  # fmt: skip
CHUNKS = [
    b"0 \r\n\r\n", b"0\n\n", b"0\n\r\n", b"0;x\n\r\n\r\n", b"0;x=\"\r\n\r\n\"\r\n\r\n", b"-0\r\n\r\n", b"+0\r\n\r\n", b"0x0\r\n\r\n", b"00\r\n\r\n",
    b"\r\n0\r\n\r\n", b"1\r\naX0\r\n\r\n", b"1\r\na\n0\r\n\r\n", b"10000000000000000\r\n\r\n", b"fffffffffffffff0\r\n\r\n",
    b"0\r\nTrailer: x\r\n y\r\n\r\n", b"0\r\nContent-Length: 5\r\n\r\n",
]  # fmt: skip
LINES = [
    b"GET / HTTP/1.1\nHost: carrel.test\n\n", b"GET / HTTP/1.1\r\nHost: carrel.test\r\nHost: evil\r\nContent-Length: 9\r\n\r\n",
    b"GET  /  HTTP/1.1\r\nHost: carrel.test\r\nContent-Length: 100\r\n\r\n", b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET / HTTP/0.9\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/2.0\r\nHost: carrel.test\r\n\r\n", b"GET http://evil/ HTTP/1.1\r\nHost: carrel.test, x\r\n\r\n",
]  # fmt: skip


def post(framing: bytes, body: bytes) -> bytes:
    """A request to the sign-up form, framed like that."""
    head = b"POST /subscribe/ HTTP/1.1\r\nHost: carrel.test\r\nX-Forwarded-Proto: https\r\nOrigin: https://carrel.test\r\n"
    return head + framing + b"\r\n\r\n" + body


def messages() -> list[bytes]:
    """Every disguise, in both directions."""
    both = [post(b"Content-Length: %d\r\n%s" % (len(CHUNKED), disguise), CHUNKED) for disguise in DISGUISES]
    # With an underscore it is another header: the length frames the request, and what follows is no secret of anybody's.
    framing = [disguise for disguise in DISGUISES if b"_" not in disguise]
    both += [post(b"%s\r\nContent-Length: 4" % disguise, IN_A_CHUNK) for disguise in framing]
    lengths = [
        post(length % len(HIDDEN), HIDDEN)
        for length in LENGTHS
        if b"_" not in length and b": 0%d" not in length
    ]
    chunks = [post(b"Transfer-Encoding: chunked", chunk + HIDDEN) for chunk in CHUNKS]
    return [*both, *lengths, *chunks]


def exchange(front: Front, sent: bytes) -> bytes:
    """All that comes back until the connection ends, or until nothing more comes."""
    plain = socket.create_connection(("127.0.0.1", front.port), timeout=60)
    context = ssl.create_default_context(cafile=str(front.certificate)) if front.certificate else None
    received = b""
    with closing(context.wrap_socket(plain, server_hostname=NAME) if context else plain) as wire:
        try:
            wire.sendall(sent)
            while part := wire.recv(65536):
                received += part
                wire.settimeout(QUIET_SECONDS)
        except (OSError, ssl.SSLError):
            pass
    return received


def exchange_all(front: Front, sent: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Each message, with what came back."""
    with ThreadPoolExecutor(len(sent)) as pool:
        return list(zip(sent, pool.map(partial(exchange, front), sent), strict=True))


@pytest.mark.sweep
def test_the_hidden_request_would_be_answered_if_it_were_not_hidden(cache_site: CacheSite) -> None:
    assert ANSWER in exchange(Front("gunicorn", cache_site.port), HIDDEN)


@pytest.mark.sweep
def test_an_attacker_wants_a_hidden_request_to_be_answered(cache_site: CacheSite) -> None:
    answers = exchange_all(Front("gunicorn", cache_site.port), messages())
    assert [sent for sent, said in answers if ANSWER in said] == []
    assert {said.split()[1] for _, said in answers} <= {b"303", b"400", b"403", b"411", b"413", b"501"}


def test_an_attacker_wants_a_bad_first_line_to_be_followed_by_a_request_of_his(cache_site: CacheSite) -> None:
    sent = [line + b"x" * 100 + b"\r\n\r\n" for line in LINES]
    answers = exchange_all(Front("gunicorn", cache_site.port), sent)
    assert [line for line, said in answers if b"HTTP/1.1 200" in said] == []


class Recorder(socketserver.StreamRequestHandler):
    """An app behind nginx that writes down what it is sent, to the byte, and answers each request."""

    received: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        """Read heads and the bodies that they announce."""
        while head := self._head():
            length = re.search(rb"\r\nContent-Length: (\d+)\r\n", head)
            self.received.append(head + self.rfile.read(int(length[1]) if length else 0))
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: no-store\r\n\r\nok")

    def _head(self) -> bytes:
        lines = list(iter(self.rfile.readline, b"\r\n"))
        return b"".join(lines) + b"\r\n" if lines and lines[-1] else b""


@pytest.mark.sweep
def test_nginx_passes_every_request_on_with_one_length_and_nothing_else_that_frames_it(
    tmp_path: Path,
) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Recorder) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ends = b"GET /healthz HTTP/1.1\r\nHost: carrel.test\r\nConnection: close\r\n\r\n"
        with nginxes.nginx(tmp_path, server.server_address[1]) as front:
            exchange_all(front, [message.replace(HIDDEN, HIDDEN + ends) for message in messages()])
        server.shutdown()
    posts = [sent for sent in Recorder.received if sent.startswith(b"POST")]
    assert len(posts) > 10, "some disguises are no disguise to nginx, and are passed on in its own words"
    for sent in Recorder.received:
        head, _, body = sent.partition(b"\r\n\r\n")
        assert re.match(rb"(GET|POST) /[a-z.]+/? HTTP/1.1\r\n", head), head
        assert b"transfer-encoding:" not in head.lower()
        assert head.lower().count(b"content-length:") == (
            1 if body else head.lower().count(b"content-length: 0")
        )
