"""Kept pages from the server's loop: the same bytes as from a thread, and no thread needed."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.caches.served_site import CacheSite
from tests.faults.test_server import HEAD, PAGE, serving, slow, status
from website.server import THREADS

pytestmark = pytest.mark.faults
LONG = "/feed.xml"
UNREAD = 20  # of them are more than a socket takes
END = b"\r\n\r\n"
FIELDS = ["", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br, gzip\r\n", "Connection: keep-alive\r\n", "Sec-Fetch-Dest: document\r\n"]  # fmt: skip
FORM = f"POST /subscribe/ HTTP/1.1\r\n{HEAD}Content-Length: 1000\r\n\r\n"


@pytest.fixture(scope="module")
def port(cache_site: CacheSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with one process."""
    with serving(cache_site, tmp_path_factory.mktemp("one"), workers=1) as (_, found):
        yield found


def exchange(wire: socket.socket, request: str) -> bytes:
    """One response, whole."""
    wire.sendall(request.encode())
    with wire.makefile("rb", buffering=0) as stream:
        return response(stream, has_body=request.startswith("GET"))


def response(stream: Any, has_body: bool = True) -> bytes:
    """Read one response to its end, and nothing of the next."""
    head = b""
    while not head.endswith(END):
        line = stream.readline()
        assert line, "the server closed the connection"
        head += line
    length = re.search(rb"Content-Length: (\d+)", head)
    left = int(length[1]) if length and has_body and b" 304 " not in head[:16] else 0
    body = b""
    while len(body) < left:
        body += stream.read(left - len(body)) or pytest.fail("the server closed the connection")
    return head + body


def without_the_moment(said: bytes) -> bytes:
    """What two responses to one request must share."""
    return re.sub(rb"(Date|X-Request-Id): [^\r]*\r\n", b"", said)


def conversations(cache_site: CacheSite, tag: str) -> list[str]:
    """Requests for a kept page as guests, readers and pass holders send them."""
    cookies = {person.kind: f"Cookie: {person.cookie}\r\n" for person in cache_site.people if person.cookie}
    fields = [*FIELDS, *cookies.values(), f"If-None-Match: {tag}\r\n"]
    return [
        f"{method} {PAGE} HTTP/1.1\r\n{HEAD}{field}\r\n" for method in ("GET", "HEAD") for field in fields
    ]


def test_with_every_thread_busy_a_kept_page_is_what_a_thread_would_have_said(
    cache_site: CacheSite, port: int
) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as wire, ExitStack() as stack:
        first = exchange(wire, f"GET {PAGE} HTTP/1.1\r\n{HEAD}\r\n")
        found = re.search(rb'ETag: ("[^"]+")', first)
        assert found
        requests = conversations(cache_site, found[1].decode())
        # What a thread says of a request that the loop does not read: two spaces after a name.
        threads = [exchange(wire, request.replace("Host: ", "Host:\t")) for request in requests]
        for request in requests:
            exchange(wire, request)
        slow(stack, port, THREADS, FORM)
        loops = [exchange(wire, request) for request in requests]
    assert [without_the_moment(said) for said in loops] == [without_the_moment(said) for said in threads]
    assert {said.split(b" ", 2)[1] for said in loops} == {b"200", b"304"}


def test_a_new_browser_gets_a_kept_page_though_every_thread_waits_for_a_slow_one(port: int) -> None:
    assert status(port) == 200
    with ExitStack() as stack:
        slow(stack, port, THREADS, FORM)
        assert {status(port) for _ in range(20)} == {200}


def test_connections_that_say_nothing_take_no_thread(port: int) -> None:
    with ExitStack() as stack:
        slow(stack, port, 4 * THREADS, "")
        assert status(port, path="/me") == 200


def test_two_requests_in_one_packet_and_one_in_two_are_answered_in_order(port: int) -> None:
    kept, other = (f"GET {path} HTTP/1.1\r\n{HEAD}\r\n" for path in (PAGE, "/healthz"))
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as wire:
        exchange(wire, kept)
        wire.sendall((kept + other).encode())
        with wire.makefile("rb", buffering=0) as stream:
            assert b"<html" in response(stream)
            assert response(stream).endswith(b"\r\n\r\nok\n")
            wire.sendall(kept[:40].encode())
            wire.sendall(kept[40:].encode())
            assert response(stream).startswith(b"HTTP/1.1 200")
        assert exchange(wire, kept).startswith(b"HTTP/1.1 200")


def test_a_browser_that_reads_slowly_gets_the_whole_page_and_the_next_one(port: int) -> None:
    request = f"GET {LONG} HTTP/1.1\r\n{HEAD}\r\n"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as wire:
        whole = without_the_moment(exchange(wire, request))
    with closing(socket.socket()) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        wire.settimeout(20)
        wire.connect(("127.0.0.1", port))
        for _ in range(UNREAD):
            wire.sendall(request.encode())
            assert status(port) == 200  # the loop goes on meanwhile
        with wire.makefile("rb") as stream:
            assert {without_the_moment(response(stream)) for _ in range(UNREAD)} == {whole}
