"""The only module that speaks SMTP: one connection, kept open, and one outcome for each mail."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage

from carrel.mail import outcomes
from carrel.mail.addresses import masked
from carrel.mail.message import to_bytes
from carrel.mail.outcomes import Deferred, Outcome, Rejected, Sent, Uncertain, Withheld
from carrel.mail.server import MailServer, Tls

TIMEOUT_SECONDS = 30  # for each reply
LAST_REPLY_SECONDS = 300  # a server may scan the mail before it answers (RFC 5321, 4.5.3.2.6)
AT_ONCE_SECONDS = 10
# Failures that end a conversation; everything else is ours and passes.
LOST = (smtplib.SMTPServerDisconnected, OSError)


class SmtpConnection:
    """A connection that opens at the first mail, is reused, and opens again by itself."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None = None) -> None:
        self.server = server
        self._context = context
        self._conversation: smtplib.SMTP | None = None

    def send(
        self, message: EmailMessage | bytes, to: str, may_send: Callable[[], bool] = lambda: True
    ) -> Outcome:
        """Hand one mail over. `to` is the wire form; `may_send` is asked right before DATA.

        Raises `MailServerError` when there is no server to talk to.
        """
        return _without_address(self._send(message, to, may_send), to)

    def _send(self, message: EmailMessage | bytes, to: str, may_send: Callable[[], bool]) -> Outcome:
        body = message if isinstance(message, bytes) else to_bytes(message)
        refusal = self._envelope_or_reconnect(to)
        if refusal:
            return refusal
        try:
            allowed = may_send()
        except BaseException:
            self._drop()  # the next mail must not begin inside this one
            raise
        if allowed:
            return self._data(body)
        self._reset()
        return Withheld()

    def close(self) -> None:
        """Close the connection."""
        if self._conversation:
            try:
                self._conversation.quit()
            except (smtplib.SMTPException, OSError):
                self._conversation.close()
            self._conversation = None

    def _envelope_or_reconnect(self, to: str) -> Outcome | None:
        # A kept connection may have been closed by the server since, or have had its fill (421).
        if self._conversation:
            refusal = self._envelope(to)
            if not (isinstance(refusal, Deferred) and refusal.code == 421):
                return refusal
        return self._envelope(to)

    def _envelope(self, to: str) -> Outcome | None:
        """MAIL and RCPT. None when both were accepted."""
        if not to.isprintable():  # a line break would begin a command of its own
            return Rejected(553, "5.1.3 this is no address", "RCPT")
        conversation = self._open()
        options = ""
        if not to.isascii():
            if not conversation.has_extn("smtputf8"):
                return Rejected(553, "5.6.7 the mail server cannot carry letters beyond ASCII", "MAIL")
            options = " SMTPUTF8 BODY=8BITMIME"
            conversation.command_encoding = "utf-8"
        commands = {"MAIL": f"FROM:<{self.server.sender}>{options}", "RCPT": f"TO:<{to}>"}
        try:
            return self._ask(conversation, commands)
        except LOST as lost:
            self._drop()
            return Deferred(421, f"connection lost: {lost}")

    def _ask(self, conversation: smtplib.SMTP, commands: Mapping[str, str]) -> Outcome | None:
        """All commands in one go where the server takes them so (RFC 2920). The first refusal, if any."""
        at_once = conversation.has_extn("pipelining")
        if at_once:
            conversation.send("".join(f"{verb} {rest}\r\n" for verb, rest in commands.items()))
        refusal = None
        for verb, rest in commands.items():
            code, text = conversation.getreply() if at_once else conversation.docmd(verb, rest)
            if refusal is None and code not in {250, 251, 252}:
                refusal = code, text, verb
                if code == 421 or not at_once:
                    break
        return self._refusal(*refusal) if refusal else None

    def _data(self, body: bytes) -> Outcome:
        conversation = self._conversation
        assert conversation is not None  # noqa: S101 - _envelope opened it
        try:
            code, text = conversation.docmd("DATA")
            if code != 354:
                return self._refusal(code, text, "DATA")
            # A dot that begins a line is doubled (RFC 5321, 4.5.2); the first line is a header.
            conversation.send(body.replace(b"\n.", b"\n..") + b".\r\n")
        except LOST as lost:
            self._drop()
            return Deferred(421, f"connection lost before the end of the mail: {lost}")
        return self._last_reply(conversation)

    def _last_reply(self, conversation: smtplib.SMTP) -> Outcome:
        began = time.monotonic()
        try:
            with _long_timeout(conversation):
                code, text = conversation.getreply()
        except LOST as lost:
            self._drop()
            if self._was_unread(lost, time.monotonic() - began):
                return Deferred(421, f"connection reset within the mail: {lost}")
            return Uncertain(f"no reply after the mail: {lost}")
        return Sent() if code == 250 else self._refusal(code, text, "DATA")

    def _was_unread(self, lost: Exception, seconds: float) -> bool:
        """Whether the server surely closed with our bytes unread. Otherwise it may have accepted the mail.

        On this machine a reset at once says so. On the way to another one, which is encrypted, others can
        reset too, even after the server accepted; and older Pythons take a reset there for a plain end.
        """
        is_reset = isinstance(lost.__context__, ConnectionResetError)
        return is_reset and seconds < AT_ONCE_SECONDS and self.server.tls is Tls.NONE

    def _refusal(self, code: int, text: bytes, verb: str) -> Outcome:
        words = text.decode("utf-8", "replace")
        if code == 421 or code < 400:
            self._drop()
        else:
            self._reset()
        return Rejected(code, words, verb) if code >= 500 else Deferred(code, words)

    def _reset(self) -> None:
        try:
            if self._conversation:
                self._conversation.docmd("RSET")
        except LOST:
            self._drop()

    def _drop(self) -> None:
        if self._conversation:
            self._conversation.close()
            self._conversation = None

    def _open(self) -> smtplib.SMTP:
        if self._conversation is None:
            self._conversation = connect(self.server, self._context)
        return self._conversation


def _without_address(outcome: Outcome, to: str) -> Outcome:
    """Servers repeat the address in their replies; it must not reach logs and tables that outlive it."""
    if isinstance(outcome, Sent | Withheld):
        return outcome
    return replace(outcome, text=re.sub(re.escape(to), masked(to), outcome.text, flags=re.IGNORECASE))


@contextmanager
def _long_timeout(conversation: smtplib.SMTP) -> Iterator[None]:
    if conversation.sock is None:
        raise smtplib.SMTPServerDisconnected("already closed")
    conversation.sock.settimeout(LAST_REPLY_SECONDS)
    yield
    conversation.sock.settimeout(TIMEOUT_SECONDS)


def connect(server: MailServer, context: ssl.SSLContext | None) -> smtplib.SMTP:
    """A conversation that is encrypted as the server demands, and signed in. Raises `MailServerError`."""
    conversation: smtplib.SMTP | None = None
    try:
        conversation = _dial(server, context)
        conversation.ehlo_or_helo_if_needed()
        if server.tls is Tls.STARTTLS:
            _encrypt(conversation, context)
        if server.user:
            conversation.login(server.user, server.password)
    except Exception as failure:
        if conversation:
            conversation.close()
        raise _as_server_error(server, failure) from failure
    return conversation


def _dial(server: MailServer, context: ssl.SSLContext | None) -> smtplib.SMTP:
    address = server.host, server.port, server.ehlo_name
    if server.tls is Tls.IMPLICIT:
        return smtplib.SMTP_SSL(*address, timeout=TIMEOUT_SECONDS, context=context or _verifying())
    return smtplib.SMTP(*address, timeout=TIMEOUT_SECONDS)


def _encrypt(conversation: smtplib.SMTP, context: ssl.SSLContext | None) -> None:
    if not conversation.has_extn("starttls"):
        raise outcomes.MailServerUnsafeError("it offers no encryption (STARTTLS)")
    conversation.starttls(context=context or _verifying())
    conversation.ehlo()


def _verifying() -> ssl.SSLContext:
    # Python's smtplib verifies nothing unless it is given a context that does.
    return ssl.create_default_context()


def _as_server_error(server: MailServer, failure: Exception) -> Exception:
    where = f"The mail server {server.host}:{server.port}"
    match failure:
        case outcomes.MailServerUnsafeError():
            return outcomes.MailServerUnsafeError(f"{where} cannot be trusted: {failure}.")
        case ssl.SSLError():
            return outcomes.MailServerUnsafeError(f"{where} cannot be trusted: {failure}.")
        case smtplib.SMTPAuthenticationError() | smtplib.SMTPNotSupportedError():
            return outcomes.MailServerLoginError(f"{where} does not accept our name and password: {failure}.")
        case smtplib.SMTPException() | OSError():
            return outcomes.MailServerUnavailableError(f"{where} cannot be used: {failure}.")
    return failure
