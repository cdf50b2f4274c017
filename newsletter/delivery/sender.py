"""One connection to the mail server, and the mail that it is sending."""

from collections.abc import Callable

import structlog

from carrel.mail.backoff import Backoff
from carrel.mail.outcomes import Deferred, MailServerError, Withheld
from carrel.mail.smtp import SmtpConnection
from newsletter.delivery.batch import SendBatch
from newsletter.delivery.leases import LeasedDelivery, SubscriberErasedError
from newsletter.delivery.recorder import BuildFailed, DeliveryRecorder, DeliveryResult

log = structlog.get_logger()
SHORTEST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 300.0
NO_SERVICE = 421  # the server wants to be left alone (RFC 5321, 3.8)
BuildMessage = Callable[[LeasedDelivery], tuple[bytes, str]]  # the mail, and the address as SMTP gets it


class Sender:
    """Sends one mail after the other. The result of each is recorded when the next one begins."""

    def __init__(
        self, connection: SmtpConnection, recorder: DeliveryRecorder, build_message: BuildMessage
    ) -> None:
        self._connection = connection
        self._recorder = recorder
        self._build_message = build_message
        self._results: list[DeliveryResult] = []
        self.backoff = Backoff(SHORTEST_REST_SECONDS, LONGEST_REST_SECONDS)

    def run(self, batch: SendBatch) -> None:
        """Send until the batch is over. Raises what the database raised."""
        try:
            while not self.backoff.is_waiting and (delivery := batch.next()):
                try:
                    self._send(batch, delivery)
                finally:
                    batch.done(delivery)
        finally:
            if self._results:
                self._record()

    def close(self) -> None:
        """Close the connections to the mail server and to the database."""
        self._connection.close()
        self._recorder.close()

    def _send(self, batch: SendBatch, delivery: LeasedDelivery) -> None:
        try:
            body, to = self._build_message(delivery)
        except SubscriberErasedError:
            self._results.append(DeliveryResult(delivery, Withheld()))
            return
        except Exception as error:
            log.exception("a digest could not be made", delivery=delivery.id)
            self._results.append(DeliveryResult(delivery, BuildFailed(f"{type(error).__name__}: {error}")))
            return
        try:
            outcome = self._connection.send(body, to, may_send=lambda: self._record(begin=delivery.id))
        except MailServerError as error:
            batch.abort(error, delivery)
            return
        self._results.append(DeliveryResult(delivery, outcome))
        if isinstance(outcome, Deferred) and outcome.code == NO_SERVICE:
            self.backoff.failed()
        else:
            self.backoff.succeeded()

    def _record(self, begin: int | None = None) -> bool:
        """Record the results so far. Whether the delivery `begin` may go out."""
        allowed = self._recorder.write(self._results, begin)
        self._results = []
        return allowed
