"""One connection to the mail server, the mail in its hands, and its patience."""

import time
from collections.abc import Callable
from typing import Protocol

import structlog

from carrel.mail.outcomes import MailServerError, TryLater, Withheld
from carrel.mail.smtp import SmtpConnection
from newsletter.delivery.claims import Claimed, SubscriberErasedError
from newsletter.delivery.delivery_recorder import DeliveryRecorder
from newsletter.delivery.outcome_recorder import Broken, Note

log = structlog.get_logger()
SHORTEST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 300.0
NO_SERVICE = 421  # the server wants to be left alone (RFC 5321, 3.8)
Write = Callable[[Claimed], tuple[bytes, str]]  # the mail as bytes, and the address as SMTP gets it


class Work(Protocol):
    """Where a line gets its deliveries from."""

    def next(self) -> Claimed | None:
        """The next delivery; None when the slice is over."""

    def done(self, delivery: Claimed) -> None:
        """It is over, whatever became of it."""

    def end(self, unusable: MailServerError, delivery: Claimed) -> None:
        """The server cannot be used: the slice is over, and this delivery was not tried."""


class Sender:
    """Sends one mail after the other. What is over is written down with the beginning of the next."""

    def __init__(self, connection: SmtpConnection, pen: DeliveryRecorder, write: Write) -> None:
        self._connection = connection
        self._pen = pen
        self._write = write
        self._notes: list[Note] = []
        self._rest_seconds = 0.0
        self.resting_until = float("-inf")  # monotonic

    def work(self, work: Work) -> None:
        """Send until the slice is over. Raises what the database raised."""
        try:
            while time.monotonic() >= self.resting_until and (delivery := work.next()):
                try:
                    self._send(work, delivery)
                finally:
                    work.done(delivery)
        finally:
            self._flush()

    def close(self) -> None:
        """Say goodbye to the mail server and to the database."""
        self._connection.close()
        self._pen.rest()

    def _send(self, work: Work, delivery: Claimed) -> None:
        try:
            body, to = self._write(delivery)
        except SubscriberErasedError:
            self._notes.append(Note(delivery, Withheld()))
            return
        except Exception as wrong:
            log.exception("a digest could not be written", delivery=delivery.id)
            self._notes.append(Note(delivery, Broken(f"{type(wrong).__name__}: {wrong}")))
            return
        try:
            outcome = self._connection.send(body, to, lambda: self._begin(delivery.id))
        except MailServerError as unusable:
            work.end(unusable, delivery)
            return
        self._notes.append(Note(delivery, outcome))
        if isinstance(outcome, TryLater) and outcome.code == NO_SERVICE:
            self._rest()
        else:
            self._rest_seconds = 0.0

    def _begin(self, delivery_id: int) -> bool:
        """Asked right before DATA."""
        allowed = self._pen.write(self._notes, delivery_id)
        self._notes = []
        return allowed

    def _flush(self) -> None:
        if self._notes:
            self._pen.write(self._notes)
            self._notes = []

    def _rest(self) -> None:
        self._rest_seconds = min(max(self._rest_seconds * 2, SHORTEST_REST_SECONDS), LONGEST_REST_SECONDS)
        self.resting_until = time.monotonic() + self._rest_seconds
