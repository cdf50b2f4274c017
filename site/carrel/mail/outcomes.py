"""What became of a mail at the mail server, and why a mail server cannot be used at all."""

import re
from dataclasses import dataclass, replace

from carrel.mail.addresses import mask_addresses, masked

# RFC 3463: 5.1.x are addresses that do not exist; 5.7.x are rules, 5.2.2 a full mailbox.
_NO_SUCH_MAILBOX = re.compile(r"\b5\.1\.(?:0|1|2|3|6|10)\b")
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class Sent:
    """The server has taken it over (250 after DATA)."""


@dataclass(frozen=True)
class Deferred:
    """Not now (4xx), or the connection was lost before the mail was handed over."""

    code: int
    text: str


@dataclass(frozen=True)
class Rejected:
    """Never (5xx). `verb` says to what: MAIL, RCPT, DATA."""

    code: int
    text: str
    verb: str = "RCPT"

    @property
    def is_unknown_user(self) -> bool:
        """The mailbox does not exist: mailing it again would harm our reputation as a sender."""
        if self.verb != "RCPT":
            return False
        if _ENHANCED.search(self.text):
            return bool(_NO_SUCH_MAILBOX.search(self.text))
        return self.code in {550, 551, 553}


@dataclass(frozen=True)
class Uncertain:
    """The whole mail went out and no reply came: it may have arrived (MAIL-04)."""

    text: str


@dataclass(frozen=True)
class Withheld:
    """`may_send` said no: the lease was lost, nothing was handed over."""


Outcome = Sent | Deferred | Rejected | Uncertain | Withheld


class MailServerError(Exception):
    """No mail was handed over, and the reason is not the mail. The message is for the operator."""


class MailServerUnavailableError(MailServerError):
    """It cannot be reached, or answers nobody."""


class MailServerUnsafeError(MailServerError):
    """Its certificate is not valid, or it offers no encryption: we refuse to send (MF-11)."""


class MailServerLoginError(MailServerError):
    """It does not accept our name and password."""


def without_address(outcome: Outcome, to: str) -> Outcome:
    """Servers repeat the address in their replies; it must not reach logs and tables that outlive it."""
    if isinstance(outcome, Sent | Withheld):
        return outcome
    text = re.sub(re.escape(to), masked(to), outcome.text, flags=re.IGNORECASE)
    return replace(outcome, text=mask_addresses(text))
