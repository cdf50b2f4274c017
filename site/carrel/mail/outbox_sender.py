"""Sending the mails of the outbox: the first step of the worker, before all bulk mail."""

from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from carrel import clock
from carrel.logging import struck
from carrel.mail import backoff, outbox_queue, suppression
from carrel.mail.alarms import raise_alarm, raise_server_alarm
from carrel.mail.message import Content, build, message_id, to_bytes
from carrel.mail.models import OutboxMail, OutboxState, SuppressionKind
from carrel.mail.outbox import PRIORITIES
from carrel.mail.outcomes import (
    Deferred,
    MailServerError,
    Outcome,
    Rejected,
    Sent,
    Uncertain,
    Withheld,
)
from carrel.mail.server import MailServer
from carrel.mail.smtp import SmtpConnection
from carrel.services import Services
from carrel.settings import Settings
from carrel.tokens import token_hash

log = structlog.get_logger()
# About an alarm that could not be mailed we raise no further alarm. The second name is that of the first release.
ALARM_NAMES = {"carrel.mail/alarm", "website.mail/alarm"}


class OutboxSender:
    """The mail connection of one worker process. It pauses while the mail server cannot be used."""

    def __init__(self, connect: Callable[[MailServer], SmtpConnection] = SmtpConnection) -> None:
        self._connect = connect
        self._connection: SmtpConnection | None = None
        self._backoff = backoff.for_mail_server()

    def run_step(self, services: Services) -> bool:
        """Send one due mail. Whether there was one. No transaction is open while we talk to the server."""
        if self._backoff.is_waiting:
            return False
        mail = self._lease(services)
        if mail is None:
            return False
        if mail.state == OutboxState.LEASED:
            self._send(services, mail)
        return True

    def close(self) -> None:
        """Close the connection; the next mail opens another."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _lease(self, services: Services) -> OutboxMail | None:
        with services.db.read() as session:
            if not outbox_queue.is_anything_due(session):
                return None
        with services.db.write() as session:
            mail = outbox_queue.lease(session)
            if mail and suppression.is_suppressed(
                session, mail.to_key, PRIORITIES[mail.priority].message_type
            ):
                outbox_queue.end(session, mail, OutboxState.SUPPRESSED)
                mail.state = OutboxState.SUPPRESSED
            return mail

    def _send(self, services: Services, mail: OutboxMail) -> None:
        try:
            body = compose_message(services.settings, mail)
        except ValueError as error:  # InvalidHeaderError: this mail can never be sent, the others can
            with services.db.write() as session:
                _fail(session, mail, str(error))
            return

        def may_send() -> bool:
            with services.db.write() as session:
                return outbox_queue.begin_sending(session, mail)

        try:
            outcome = self._open(services.settings).send(body, mail.to_address, may_send)
        except MailServerError as error:
            self._pause(services, mail, error)
            return
        self._backoff.succeeded()
        with services.db.write() as session:
            record(session, mail, outcome)
        log.info("mail", mail=mail.id, name=mail.name, outcome=type(outcome).__name__)

    def _open(self, settings: Settings) -> SmtpConnection:
        if self._connection is None:
            self._connection = self._connect(MailServer.of(settings))
        return self._connection

    def _pause(self, services: Services, mail: OutboxMail, error: MailServerError) -> None:
        self._backoff.failed()
        log.warning("mail server cannot be used", problem=str(error))
        with services.db.write() as session:
            outbox_queue.give_back(session, mail, str(error))
            raise_server_alarm(session, error)


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
    """Record what became of a mail."""
    match outcome:
        case Sent():
            outbox_queue.end(session, mail, OutboxState.SENT)
        case Deferred(code, text):
            if not outbox_queue.try_again(session, mail, f"{code} {text}"):
                _alarm(session, mail, f"{code} {text}")
        case Rejected(code, text):
            _fail(session, mail, f"{code} {text}", unknown_user=outcome.is_unknown_user)
        case Uncertain(text) if PRIORITIES[mail.priority].resend_after_crash:
            outbox_queue.try_again(session, mail, text)
        case Uncertain(text):
            outbox_queue.end(session, mail, OutboxState.UNCERTAIN, text)
        case Withheld():
            log.warning("lease lost before the mail was handed over", mail=mail.id)


def _fail(session: Session, mail: OutboxMail, problem: str, *, unknown_user: bool = False) -> None:
    outbox_queue.end(session, mail, OutboxState.FAILED, problem)
    if unknown_user:
        suppression.suppress(session, mail.to_key, SuppressionKind.BOUNCE, problem)
    else:
        _alarm(session, mail, problem)


def _alarm(session: Session, mail: OutboxMail, problem: str) -> None:
    if mail.name not in ALARM_NAMES:
        # Alarms are for every role, and servers like to repeat the address.
        text = f"The mail {mail.name} could not be sent: {struck(problem)} /admin/mails/?state=failed says to whom."
        raise_alarm(session, "mail-failed", "An email could not be sent", text)
