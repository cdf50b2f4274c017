"""Sending what the outbox holds: a step of the worker, before all bulk mail."""

import time
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.services import Services
from carrel.mail import claims, suppression
from carrel.mail.addresses import masked
from carrel.mail.alarms import raise_alarm
from carrel.mail.message import Content, build, message_id, to_bytes
from carrel.mail.models import Kind, MailState, OutboxMail
from carrel.mail.outbox import PACES
from carrel.mail.outcomes import (
    MailServerError,
    MailServerUnavailableError,
    Outcome,
    Refused,
    Sent,
    TryLater,
    Unknown,
    Withheld,
)
from carrel.mail.server import MailServer
from carrel.mail.smtp import SmtpConnection
from carrel.settings import Settings
from carrel.tokens import token_hash

log = structlog.get_logger()
SHORTEST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 60.0
# About a mail of ours that failed we raise no further alarm. The second name is that of the first release.
ALARM_NAMES = {"carrel.mail/alarm", "website.mail/alarm"}


class OutboxSender:
    """The kept connection of one worker process, and its patience with a server that is away."""

    def __init__(self, connect: Callable[[MailServer], SmtpConnection] = SmtpConnection) -> None:
        self._connect = connect
        self._connection: SmtpConnection | None = None
        self._pause_seconds = 0.0
        self._paused_until = float("-inf")

    def handle_one(self, services: Services) -> bool:
        """Send one due mail. Whether there was one. No transaction is open while we talk to the server."""
        if time.monotonic() < self._paused_until:
            return False
        mail = self._claim(services)
        if mail is None:
            return False
        if mail.state == MailState.CLAIMED:
            self._hand_over(services, mail)
        return True

    def close(self) -> None:
        """Say goodbye to the mail server."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _claim(self, services: Services) -> OutboxMail | None:
        with services.db.read() as session:
            if not claims.is_anything_due(session):
                return None
        with services.db.write() as session:
            mail = claims.claim(session)
            if mail and suppression.is_suppressed(session, mail.to_key, PACES[mail.pace].purpose):
                claims.end(session, mail, MailState.SUPPRESSED)
                mail.state = MailState.SUPPRESSED
            return mail

    def _hand_over(self, services: Services, mail: OutboxMail) -> None:
        try:
            body = compose_message(services.settings, mail)
        except ValueError as wrong:  # InvalidHeaderError: this mail can never be sent, the others can
            with services.db.write() as session:
                _failed(session, mail, str(wrong))
            return
        try:
            outcome = self._open(services.settings).send(body, mail.to_address, _fence(services, mail))
        except MailServerError as unusable:
            self._pause(services, mail, unusable)
            return
        self._pause_seconds = 0.0
        with services.db.write() as session:
            record(session, mail, outcome)
        log.info("mail", mail=mail.id, name=mail.name, outcome=type(outcome).__name__)

    def _open(self, settings: Settings) -> SmtpConnection:
        if self._connection is None:
            self._connection = self._connect(MailServer.of(settings))
        return self._connection

    def _pause(self, services: Services, mail: OutboxMail, unusable: MailServerError) -> None:
        self._pause_seconds = min(max(self._pause_seconds * 2, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._paused_until = time.monotonic() + self._pause_seconds
        log.warning("mail server cannot be used", problem=str(unusable))
        with services.db.write() as session:
            claims.give_back(session, mail, str(unusable))
            if not isinstance(
                unusable, MailServerUnavailableError
            ):  # being away is an alarm only when it lasts
                raise_alarm(session, "mail-server", "Mail cannot be sent", str(unusable))


def compose_message(settings: Settings, mail: OutboxMail) -> bytes:
    """The row as a mail. Its Message-ID is the same at every try. Raises `InvalidHeaderError`."""
    return to_bytes(
        build(
            Content(mail.name, mail.subject, mail.text, mail.html),
            sender=settings.mail_from,
            to=mail.to_address,
            message_id=message_id(settings, "mail", token_hash(mail.key).hex()[:32]),
            date=clock.now(),
        )
    )


def record(session: Session, mail: OutboxMail, outcome: Outcome) -> None:
    """Write down what became of it."""
    match outcome:
        case Sent():
            claims.end(session, mail, MailState.SENT)
        case TryLater(code, text):
            if not claims.try_again(session, mail, f"{code} {text}"):
                _alarm(session, mail, f"{code} {text}")
        case Refused(code, text):
            _failed(session, mail, f"{code} {text}", unknown_user=outcome.is_unknown_user)
        case Unknown(text) if PACES[mail.pace].again_after_crash:
            claims.try_again(session, mail, text)
        case Unknown(text):
            claims.end(session, mail, MailState.UNCERTAIN, text)
        case Withheld():
            log.warning("claim lost before the mail was handed over", mail=mail.id)


def _failed(session: Session, mail: OutboxMail, problem: str, *, unknown_user: bool = False) -> None:
    claims.end(session, mail, MailState.FAILED, problem)
    if unknown_user:
        suppression.suppress(session, mail.to_key, Kind.BOUNCE, problem)
    else:
        _alarm(session, mail, problem)


def _alarm(session: Session, mail: OutboxMail, problem: str) -> None:
    if mail.name not in ALARM_NAMES:
        text = f"The mail {mail.name} to {masked(mail.to_address)} could not be sent: {problem}"
        raise_alarm(session, "mail-failed", "A mail could not be sent", text)


def _fence(services: Services, mail: OutboxMail) -> Callable[[], bool]:
    def may_send() -> bool:
        with services.db.write() as session:
            return claims.begin_handing_over(session, mail)

    return may_send
