"""The only module that speaks SMTP: one connection, kept open, and one outcome for each mail.

A conversation is a generator that says what it needs to go on. So one thread can hold many at once, as digests do;
`SmtpConnection.send` waits for one.
"""

import re
import select
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Generator, Mapping
from email.message import EmailMessage
from enum import Enum, auto

from carrel.mail.message import double_dots, to_bytes
from carrel.mail.outcomes import Deferred, Outcome, Rejected, Sent, Uncertain, Withheld, without_address
from carrel.mail.server import MailServer, Tls
from carrel.mail.smtp_dial import TIMEOUT_SECONDS, dial

LAST_REPLY_SECONDS = 300  # a server may scan the mail before it answers (RFC 5321, 4.5.3.2.6)
AT_ONCE_SECONDS = 10
# As much as one TLS record holds (RFC 8446, 5.1): what stayed behind in the TLS layer, no poll would tell of.
LONGEST_REPLY, READ_BYTES = 1 << 16, 1 << 14
# Lines with a hyphen after the code go on (RFC 5321, 4.2.1).
REPLY = re.compile(rb"(?:[^\n]{3}-[^\n]*\n)*(?![^\n]{3}-)([^\n]*)\n")
# Failures that end a conversation; everything else is ours and passes.
LOST = (smtplib.SMTPServerDisconnected, OSError)


class Need(Enum):
    """What a conversation waits for. It is told whether it has it."""

    CONNECTION = auto()  # that `SmtpConnection.open` was called
    REPLY = auto()  # that something can be read within `TIMEOUT_SECONDS`
    LAST_REPLY = auto()  # the same within `LAST_REPLY_SECONDS`
    ROOM = auto()  # that something can be written
    PERMISSION = auto()  # whether the mail may go; asked right before DATA

    @property
    def seconds(self) -> float:
        """How long it waits for the server."""
        return LAST_REPLY_SECONDS if self is Need.LAST_REPLY else TIMEOUT_SECONDS


class SmtpConnection:
    """A connection that opens at the first mail, is reused, and opens again by itself."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None = None) -> None:
        self.server = server
        self._context = context
        self._conversation: smtplib.SMTP | None = None
        self._received = b""

    def send(
        self, message: EmailMessage | bytes, to: str, may_send: Callable[[], bool] = lambda: True
    ) -> Outcome:
        """Hand one mail over, and wait. `to` is the wire form; `may_send` is asked right before DATA.

        Raises `MailServerError` when there is no server to talk to.
        """
        body = message if isinstance(message, bytes) else to_bytes(message)
        steps = self.exchange(double_dots(body), to)
        try:
            need = next(steps)
            while True:
                need = steps.send(may_send() if need is Need.PERMISSION else self._wait(need))
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        finally:
            steps.close()

    def exchange(self, body: bytes, to: str) -> Generator[Need, bool, Outcome]:
        """Hand one mail over, step by step; its dots are doubled. Unless led to its end, the connection is dropped."""
        try:
            outcome = yield from self._exchange(body, to)
        except BaseException:
            self._drop()  # the next mail must not begin inside this one
            raise
        return without_address(outcome, to)

    def open(self) -> None:
        """Connect. Takes as long as the server does; raises `MailServerError`."""
        self._conversation, self._received = dial(self.server, self._context), b""
        self.socket.setblocking(False)

    @property
    def socket(self) -> socket.socket:
        """What can be waited for. Raises `SMTPServerDisconnected`."""
        if self._conversation is None or self._conversation.sock is None:
            raise smtplib.SMTPServerDisconnected("already closed")
        return self._conversation.sock

    def close(self) -> None:
        """Close the connection."""
        if self._conversation:
            try:
                self.socket.settimeout(TIMEOUT_SECONDS)
                self._conversation.quit()
            except (smtplib.SMTPException, OSError):
                self._conversation.close()
            self._conversation = None

    def _wait(self, need: Need) -> bool:
        if need is Need.CONNECTION:
            self.open()
            return True
        poll = select.poll()
        poll.register(self.socket, select.POLLOUT if need is Need.ROOM else select.POLLIN)
        return bool(poll.poll(need.seconds * 1000))

    def _exchange(self, body: bytes, to: str) -> Generator[Need, bool, Outcome]:
        refusal = yield from self._envelope_or_reconnect(to)
        if refusal:
            return refusal
        if (yield Need.PERMISSION):
            return (yield from self._data(body))
        yield from self._reset()
        return Withheld()

    def _envelope_or_reconnect(self, to: str) -> Generator[Need, bool, Outcome | None]:
        # A kept connection may have been closed by the server since, or have had its fill (421).
        if self._conversation:
            refusal = yield from self._envelope(to)
            if not (isinstance(refusal, Deferred) and refusal.code == 421):
                return refusal
        return (yield from self._envelope(to))

    def _envelope(self, to: str) -> Generator[Need, bool, Outcome | None]:
        """MAIL and RCPT. None when both were accepted."""
        if not to.isprintable():  # a line break would begin a command of its own
            return Rejected(553, "5.1.3 this is not an address", "RCPT")
        if self._conversation is None:
            yield Need.CONNECTION
        options = ""
        if not to.isascii():
            if not self._offers("smtputf8"):
                return Rejected(553, "5.6.7 the mail server cannot carry letters beyond ASCII", "MAIL")
            options = " SMTPUTF8 BODY=8BITMIME"
        commands = {"MAIL": f"FROM:<{self.server.sender}>{options}", "RCPT": f"TO:<{to}>"}
        try:
            return (yield from self._ask(commands))
        except LOST as lost:
            self._drop()
            return Deferred(421, f"connection lost: {lost}")

    def _ask(self, commands: Mapping[str, str]) -> Generator[Need, bool, Outcome | None]:
        """All commands in one go where the server takes them so (RFC 2920). The first refusal, if any."""
        at_once = self._offers("pipelining")
        if at_once:
            yield from self._write("".join(f"{verb} {rest}\r\n" for verb, rest in commands.items()).encode())
        refusal = None
        for verb, rest in commands.items():
            if not at_once:
                yield from self._write(f"{verb} {rest}\r\n".encode())
            code, text = yield from self._reply()
            if refusal is None and code not in {250, 251, 252}:
                refusal = code, text, verb
                if code == 421 or not at_once:
                    break
        return (yield from self._refusal(*refusal)) if refusal else None

    def _data(self, body: bytes) -> Generator[Need, bool, Outcome]:
        try:
            yield from self._write(b"DATA\r\n")
            code, text = yield from self._reply()
            if code != 354:
                return (yield from self._refusal(code, text, "DATA"))
            yield from self._write(body + b".\r\n")
        except LOST as lost:
            self._drop()
            return Deferred(421, f"connection lost before the end of the mail: {lost}")
        return (yield from self._last_reply())

    def _last_reply(self) -> Generator[Need, bool, Outcome]:
        began = time.monotonic()
        try:
            code, text = yield from self._reply(Need.LAST_REPLY)
        except LOST as lost:
            self._drop()
            if self._was_unread(lost, time.monotonic() - began):
                return Deferred(421, f"connection reset within the mail: {lost}")
            return Uncertain(f"no reply after the mail: {lost}")
        return Sent() if code == 250 else (yield from self._refusal(code, text, "DATA"))

    def _was_unread(self, lost: Exception, seconds: float) -> bool:
        """Whether the server surely closed with our bytes unread. Otherwise it may have accepted the mail.

        On this machine a reset at once says so. On the way to another one, which is encrypted, others can
        reset too, even after the server accepted; and older Pythons take a reset there for a plain end.
        """
        is_reset = isinstance(lost, ConnectionResetError)
        return is_reset and seconds < AT_ONCE_SECONDS and self.server.tls is Tls.NONE

    def _refusal(self, code: int, text: bytes, verb: str) -> Generator[Need, bool, Outcome]:
        words = text.decode("utf-8", "replace")
        if code == 421 or code < 400:
            self._drop()
        else:
            yield from self._reset()
        return Rejected(code, words, verb) if code >= 500 else Deferred(code, words)

    def _reset(self) -> Generator[Need, bool, None]:
        try:
            yield from self._write(b"RSET\r\n")
            yield from self._reply()
        except LOST:
            self._drop()

    def _write(self, data: bytes) -> Generator[Need, bool, None]:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self.socket.send(rest) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                if not (yield Need.ROOM):
                    raise TimeoutError("timed out") from None

    def _reply(self, need: Need = Need.REPLY) -> Generator[Need, bool, tuple[int, bytes]]:
        """The code and the text of one reply; a code of -1 where there is none."""
        while not (reply := REPLY.match(self._received)):
            if not (yield need):
                raise TimeoutError("timed out")
            self._read()
        self._received = self._received[reply.end() :]
        lines = [line[4:].strip() for line in reply[0].splitlines()]
        return int(reply[1][:3]) if reply[1][:3].isdigit() else -1, b"\n".join(lines)

    def _read(self) -> None:
        room = bytearray(READ_BYTES)
        try:
            count = self.socket.recv_into(room)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        self._received += room[:count]
        if not count or len(self._received) > LONGEST_REPLY:
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    def _offers(self, extension: str) -> bool:
        return self._conversation is not None and self._conversation.has_extn(extension)

    def _drop(self) -> None:
        if self._conversation:
            self._conversation.close()
            self._conversation = None
