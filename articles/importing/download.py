"""Downloads a picture from a public address, with limits on size, time, redirects and kind.

An address comes from a text that somebody else may have written, so it must not reach into the network of this
machine (SSRF): names are looked up once, only public addresses are asked, and every redirect is looked at anew.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote, urljoin, urlsplit

from carrel.images.image import BYTES

MOST_REDIRECTS = 5
SECONDS_OF_SILENCE = 10.0
SECONDS_IN_ALL = 30.0
_BLOCK = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_KINDS = ("image/", "application/octet-stream", "binary/octet-stream")
_HEADERS = {"User-Agent": "Carrel (pictures of articles)", "Accept": "image/*", "Accept-Encoding": "identity"}

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class DownloadError(Exception):
    """A picture was not downloaded; the message says why."""


def is_public(ip: IpAddress) -> bool:
    """Whether an IP address is one of the Internet's, also when it is an IPv4 address in the clothes of IPv6."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # NAT64, RFC 6052
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
        if not all(is_public(address) for address in inner if address is not None):
            return False
    return ip.is_global and not ip.is_multicast


def download_picture(address: str, *, is_allowed: Callable[[IpAddress], bool] | None = None) -> bytes:
    """The bytes at an http or https address. Raises `DownloadError`."""
    for _ in range(MOST_REDIRECTS + 1):
        answer = _ask(address, is_allowed or is_public)
        if isinstance(answer, bytes):
            return answer
        try:
            address = urljoin(address, answer)
        except ValueError:
            raise DownloadError("it redirects to something that is not a web address") from None
    raise DownloadError(f"it redirects more than {MOST_REDIRECTS} times")


def _ask(address: str, is_allowed: Callable[[IpAddress], bool]) -> bytes | str:
    """The bytes, or the address that the server names instead."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise DownloadError("it is not a web address") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise DownloadError("it is not a plain http or https address")
    port = port or (443 if parts.scheme == "https" else 80)
    ip = _look_up(host, port, is_allowed)
    connection = _PinnedConnection(host, port, ip, secure=parts.scheme == "https")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='%/?:@!$&()*+,;=~-._[]')}" if parts.query else ""
    )
    # A server that sends a byte now and then keeps within every single limit, but not within this one.
    watch = threading.Timer(SECONDS_IN_ALL, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("GET", path, headers=_HEADERS)
        answer = _read(connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or connection.is_cut
        raise DownloadError(
            "the server took too long" if late else f"the server cannot be reached ({_short(error)})"
        ) from None
    finally:
        watch.cancel()
        connection.close()
    if connection.is_cut:  # what came until then looks whole when the server named no length
        raise DownloadError("the server took too long")
    return answer


def _short(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:120]


def _look_up(host: str, port: int, is_allowed: Callable[[IpAddress], bool]) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DownloadError(f"there is no server {host}") from None
    ips = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not ips or not all(is_allowed(ipaddress.ip_address(ip)) for ip in ips):
        raise DownloadError(f"{host} is not on the public Internet")
    return ips[0]


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to the IP that was looked at, and to no other that the name may have a moment later."""

    def __init__(self, host: str, port: int, ip: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS_OF_SILENCE)
        self._ip, self._secure = ip, secure
        self.default_port = 443 if secure else 80
        self.is_cut = False

    def connect(self) -> None:
        """Connect to the IP; TLS asks for the certificate of the name."""
        self.sock = socket.create_connection((self._ip, self.port), SECONDS_OF_SILENCE)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End it now, whatever it is waiting for."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def _read(response: http.client.HTTPResponse) -> bytes | str:
    if response.status in _REDIRECTS and (location := response.headers.get("Location")):
        return location
    if response.status != http.HTTPStatus.OK:
        raise DownloadError(f"the server answers {response.status}")
    kind = response.headers.get("Content-Type", "").lower()
    if kind and not kind.startswith(_KINDS):
        raise DownloadError(f"it is not a picture but {kind.partition(';')[0]}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise DownloadError("the server compressed it, although asked not to")
    data = bytearray()
    while block := response.read1(_BLOCK):
        data += block
        if len(data) > BYTES:
            raise DownloadError("it is larger than 10 MB")
    if response.length:
        raise DownloadError("the connection was lost")
    return bytes(data)
