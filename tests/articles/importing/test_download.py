"""Pictures are downloaded from public servers only, within limits."""

import ipaddress
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from articles.importing import download
from articles.importing.download import DownloadError, download_picture, is_public
from carrel.images.image import BYTES

Answer = Callable[[BaseHTTPRequestHandler], None]


def anywhere(_ip: object) -> bool:
    """The tests' server is on this machine."""
    return True


def reply(data: bytes, kind: str = "image/png", status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def test_a_picture_is_downloaded(serve: Callable[[Answer], str]) -> None:
    assert download_picture(f"{serve(reply(b'bytes'))}/a b.png?q=1 2", is_allowed=anywhere) == b"bytes"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/a.png", "http://localhost/a.png", "http://[::1]/a.png", "http://169.254.169.254/latest/", "http://10.0.0.1/",
     "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f.1/", "http://[fe80::1%25eth0]/"],
)  # fmt: skip
def test_nothing_of_this_network_is_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was asked"))
    with pytest.raises(DownloadError):
        download_picture(address)


def test_a_name_that_leads_into_this_network_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (ip, 80)) for ip in ("93.184.215.14", "192.168.1.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("it was asked"))
    with pytest.raises(DownloadError, match=r"example\.org is not on the public Internet"):
        download_picture("http://example.org/a.png")


def test_a_redirect_into_this_network_is_not_followed(serve: Callable[[Answer], str]) -> None:
    asked: list[str] = []
    inner = serve(lambda handler: asked.append(handler.path))
    outer = serve(reply(b"", status=302, Location=f"{inner}/secret"))
    port = int(outer.rpartition(":")[2])
    allowed = iter([True, False])
    with pytest.raises(DownloadError, match="public Internet"):
        download_picture(f"http://127.0.0.1:{port}/", is_allowed=lambda _ip: next(allowed))
    assert asked == []


@pytest.mark.parametrize(
    ("ip", "public"),
    [("93.184.215.14", True), ("2606:2800:21f:cb07::1", True), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False),
     ("100.64.0.1", False), ("224.0.0.1", False), ("fc00::1", False), ("192.0.2.1", False)],
)  # fmt: skip
def test_what_is_public(ip: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(ip)) is public


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reply(b"x" * (BYTES + 1)), "larger than 10 MB"),
        (reply(b"<html>", "text/html"), "not a picture but text/html"),
        (reply(b"", status=404), "answers 404"),
        (reply(b"x", Content_Encoding="gzip"), "compressed it"),
        (reply(b"x", Content_Length="100"), "was lost|cannot be reached"),
        (reply(b"", status=302, Location="/again"), "redirects more than 5 times"),
        (reply(b"", status=302, Location="file:///etc/passwd"), "not a plain http or https"),
        (reply(b"", status=302, Location="//["), "not a web address"),
    ],
)
def test_what_is_no_picture_of_that_address_is_refused(
    serve: Callable[[Answer], str], answer: Answer, why: str
) -> None:
    with pytest.raises(DownloadError, match=why):
        download_picture(f"{serve(answer)}/a.png", is_allowed=anywhere)


@pytest.mark.sweep
def test_a_server_that_goes_on_for_ever_is_cut_off(
    serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SECONDS_IN_ALL", 0.2)
    done = threading.Event()

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"x")
        handler.wfile.flush()
        done.wait(5)

    try:
        with pytest.raises(DownloadError):
            download_picture(f"{serve(trickle)}/a.png", is_allowed=anywhere)
    finally:
        done.set()


@pytest.mark.parametrize(
    "address", ["ftp://e.org/a", "http://user@e.org/a", "http:///a", "http://[x/", "http://e.org:99999/"]
)
def test_only_plain_web_addresses_are_asked(address: str) -> None:
    with pytest.raises(DownloadError):
        download_picture(address)
