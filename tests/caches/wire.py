"""Requests as they go over the wire: any path, any header, over TLS under our name."""

import gzip
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

NAME = "carrel.test"
DESK_NAME = f"desk.{NAME}"


@dataclass(frozen=True)
class Answer:
    """What came back, unpacked."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def kept(self) -> bool:
        """Whether it came out of a cache."""
        return self.headers.get("x-cache") in {"HIT", "STALE", "UPDATING"}


@dataclass(frozen=True)
class Front:
    """Where to connect: a cache before the site."""

    name: str
    port: int
    certificate: Path | None = None
    host: str = NAME  # whom it is asked for

    def connect(self) -> "Wire":
        """A connection of one's own."""
        return Wire(self)

    def get(self, path: str, **headers: str) -> Answer:
        """One request on a connection of its own. `_` in a header's name is `-`."""
        wire = self.connect()
        try:
            return wire.get(path, {name.replace("_", "-"): value for name, value in headers.items()})
        finally:
            wire.close()


class Wire(HTTPConnection):
    """A connection to a front that is kept open."""

    def __init__(self, front: Front) -> None:
        super().__init__("127.0.0.1", front.port, timeout=60)
        self._front = front

    def connect(self) -> None:
        """Open it."""
        self.sock = socket.create_connection(("127.0.0.1", self._front.port), timeout=60)
        if self._front.certificate:
            context = ssl.create_default_context(cafile=str(self._front.certificate))
            self.sock = context.wrap_socket(self.sock, server_hostname=self._front.host)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """GET, as a browser would: it takes gzip unless told otherwise."""
        self.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in ({"Host": self._front.host, "Accept-Encoding": "gzip"} | (headers or {})).items():
            self.putheader(name, value)
        self.endheaders()
        response = self.getresponse()
        body = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        if found.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return Answer(response.status, found, body)
