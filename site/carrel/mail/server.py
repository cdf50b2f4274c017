"""The mail server, and the encryption that it needs: read from SMTP_URL."""

import ipaddress
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from typing import Self
from urllib.parse import unquote, urlsplit

from carrel.mail.outcomes import MailServerError
from carrel.settings import Settings


class Tls(StrEnum):
    """How the conversation is encrypted."""

    NONE = "none"  # only to this very machine
    STARTTLS = "starttls"  # required, not merely used when offered: else anybody on the way could strip it
    IMPLICIT = "implicit"


DEFAULT_PORT = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. `sender` is the envelope's, where bounces come back to."""

    host: str
    port: int
    tls: Tls
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def ehlo_name(self) -> str:
        """The name in our EHLO: the domain that we send for."""
        return self.sender.rpartition("@")[2]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The server that the settings name. Raises `MailServerError`."""
        parts = urlsplit(settings.smtp_url.get_secret_value())
        sender = parseaddr(settings.mail_from)[1]
        if parts.scheme not in DEFAULT_PORT or not parts.hostname:
            raise MailServerError("SMTP_URL is missing or is not of the form smtp://user:password@host:port.")
        if not sender:
            raise MailServerError("MAIL_FROM is missing or is not an address.")
        return cls(
            host=parts.hostname,
            port=parts.port or DEFAULT_PORT[parts.scheme],
            tls=_tls(parts.scheme, parts.hostname),
            sender=sender,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


def _tls(scheme: str, host: str) -> Tls:
    if scheme == "smtps":
        return Tls.IMPLICIT
    return Tls.NONE if _is_loopback(host) else Tls.STARTTLS


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
