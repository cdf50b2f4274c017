"""Opening a connection to the mail server: encrypted as it must be, and signed in."""

import smtplib
import ssl

from carrel.mail import outcomes
from carrel.mail.server import MailServer, Tls

TIMEOUT_SECONDS = 30  # for each reply


def dial(server: MailServer, context: ssl.SSLContext | None) -> smtplib.SMTP:
    """A conversation that is encrypted as the server demands, and signed in. Raises `MailServerError`."""
    conversation: smtplib.SMTP | None = None
    try:
        conversation = _greet(server, context)
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


def _greet(server: MailServer, context: ssl.SSLContext | None) -> smtplib.SMTP:
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
