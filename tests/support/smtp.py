"""FM, the fake mail server: a real SMTP server on a free port that does what a test tells it to.

It is written here, over plain sockets, because the faults are about bytes: closing within the mail,
closing after it without a reply, resetting, a stripped STARTTLS, a certificate of nobody.
"""

import email
import email.policy
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO

from tests.support.certificate import make

CLOSE = "(close)"  # end the connection in place of a reply
RESET = "(reset)"  # the same, abruptly, with bytes unread
EXTENSIONS = ("8BITMIME", "SMTPUTF8", "PIPELINING")


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Parsed by the standard library."""
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def text(self, kind: str = "plain") -> str:
        """The text part, or the HTML part."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class FakeMailServer:
    """Start it with `running()`. Without a script it accepts everything."""

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    extensions: tuple[str, ...] = EXTENSIONS
    login: str | None = None  # what AUTH PLAIN must decode to: "\0user\0password" in base64
    mails: list[Mail] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0  # mails that were in hand at the same moment
    _in_hand: set[int] = field(default_factory=set)
    _script: dict[str, deque[str | float | threading.Event]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _open: list[socket.socket] = field(default_factory=list)
    _port: int = 0

    def answer(self, verb: str, reply: str | float | threading.Event, times: int = 1) -> None:
        """Answer CONNECT, EHLO, MAIL, RCPT, DATA, BODY (the mail) so; or wait first (s, or for an event)."""
        self._script[verb].extend([reply] * times)

    def answer_as_usual(self, verb: str) -> None:
        """Drop what was to be answered."""
        self._script[verb].clear()

    def close_after_data(self, times: int = 1) -> None:
        """Take the mail, and end without saying so (MF-09)."""
        self.answer("BODY", CLOSE, times)

    def close_mid_data(self, times: int = 1) -> None:
        """End within the mail (MF-08)."""
        self.answer("FIRST LINE", RESET, times)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """For `SMTP_URL`."""
        return f"{'smtps' if self.implicit else 'smtp'}://127.0.0.1:{self._port}"

    def in_hand(self, conversation: object, is_there: bool) -> None:
        """Note whether a conversation has a mail in hand."""
        (self._in_hand.add if is_there else self._in_hand.discard)(id(conversation))
        self.most_at_once = max(self.most_at_once, len(self._in_hand))

    def mails_to(self, address: str) -> list[Mail]:
        """Those that went to one address."""
        return [mail for mail in self.mails if mail.to == address]

    @contextmanager
    def running(self) -> Iterator["FakeMailServer"]:
        """Listen on a free port; afterwards everything is closed."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self._port = listening.getsockname()[1]
            thread = threading.Thread(target=self._accept, args=(listening,))
            thread.start()
            try:
                yield self
            finally:
                with suppress(OSError):
                    listening.shutdown(socket.SHUT_RDWR)
                thread.join(5)
                for connection in self._open:
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, _ConversationEndedError), connection:
            if self.implicit and self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            _Conversation(self, connection).run()

    def scripted(self, verb: str) -> str | None:
        """The next scripted reply to a verb; None for the usual one, after its wait."""
        if not self._script[verb]:
            return None
        reply = self._script[verb].popleft()
        if isinstance(reply, str):
            return reply
        reply.wait() if isinstance(reply, threading.Event) else time.sleep(reply)
        return None


class _ConversationEndedError(Exception):
    """The conversation is over."""


class _Conversation:
    def __init__(self, server: FakeMailServer, connection: socket.socket) -> None:
        self._server = server
        self._connection = connection
        self._file: BinaryIO = connection.makefile("rb")
        self._sender = ""
        self._to = ""

    def run(self) -> None:
        try:
            self._reply("CONNECT", "220 fake ESMTP")
            while line := self._file.readline():
                self._command(line.decode().strip())
        finally:
            self._file.close()
            self._connection.close()

    def _command(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        self._server.verbs.append(verb.upper())
        match verb.upper():
            case "EHLO" | "HELO":
                self._reply("EHLO", self._greeting())
            case "STARTTLS":
                self._reply("STARTTLS", "220 go on")
                self._encrypt()
            case "AUTH":
                good = rest == f"PLAIN {self._server.login}"
                self._reply("AUTH", "235 welcome" if good else "535 5.7.8 no such user")
            case "MAIL":
                self._sender = rest.partition("<")[2].partition(">")[0]
                self._reply("MAIL", "250 ok")
            case "RCPT":
                self._to = rest.partition("<")[2].partition(">")[0]
                self._server.in_hand(self, True)
                self._reply("RCPT", "250 ok")
            case "DATA":
                self._data()
            case "QUIT":
                self._reply("QUIT", "221 bye")
                raise _ConversationEndedError
            case _:
                self._reply(verb.upper(), "250 ok")

    def _greeting(self) -> str:
        encrypted = isinstance(self._connection, ssl.SSLSocket)
        offers = list(self._server.extensions)
        offers += ["STARTTLS"] if self._server.tls and not encrypted else []
        offers += ["AUTH PLAIN"] if self._server.login else []
        lines = ["fake", *offers]
        return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])

    def _encrypt(self) -> None:
        assert self._server.tls
        self._file.close()
        self._connection = self._server.tls.wrap_socket(self._connection, server_side=True)
        self._file = self._connection.makefile("rb")

    def _data(self) -> None:
        reply = self._server.scripted("DATA") or "354 go on"
        self._say(reply)
        if not reply.startswith("354"):
            return
        lines: list[bytes] = []
        while (line := self._file.readline()) != b".\r\n":
            if not line:
                raise _ConversationEndedError
            if not lines and (early := self._server.scripted("FIRST LINE")):
                self._say(early)
            lines.append(line.removeprefix(b".") if line.startswith(b".") else line)
        self._server.verbs.append("BODY")
        ending = self._server.scripted("BODY") or "250 kept"
        self._server.in_hand(self, False)
        if ending.startswith("250") or ending in {CLOSE, RESET}:
            self._server.mails.append(Mail(self._sender, self._to, b"".join(lines)))
        self._say(ending)

    def _reply(self, verb: str, usual: str) -> None:
        self._say(self._server.scripted(verb) or usual)

    def _say(self, reply: str) -> None:
        if reply == RESET:  # linger 0: the kernel sends RST instead of FIN
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply in {CLOSE, RESET}:
            raise _ConversationEndedError
        self._connection.sendall(f"{reply}\r\n".encode())
        if reply.startswith("421"):
            raise _ConversationEndedError


def make_certificate(folder: Path, name: str = "IP:127.0.0.1") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate of our own for that name: the server's context, and one of a client that trusts it."""
    certificate, key = make(folder, name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=str(certificate))
