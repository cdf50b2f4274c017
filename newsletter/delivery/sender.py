"""One connection to the mail server, and the mail that it is sending."""

from collections.abc import Callable, Generator
from enum import Enum, auto

import structlog

from carrel.mail.backoff import Backoff
from carrel.mail.outcomes import Deferred, MailServerError, Withheld
from carrel.mail.smtp import Need, SmtpConnection
from newsletter.delivery.batch import SendBatch
from newsletter.delivery.leases import LeasedDelivery, SubscriberErasedError
from newsletter.delivery.recorder import BuildFailed, DeliveryResult

log = structlog.get_logger()
SHORTEST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 300.0
NO_SERVICE = 421  # the server wants to be left alone (RFC 5321, 3.8)
BuildMessage = Callable[[LeasedDelivery], tuple[bytes, str]]  # the mail, and the address as SMTP gets it


class Turn(Enum):
    """What a connection needs of us: that there is something to send."""

    NEXT = auto()


Steps = Generator[Need | Turn, bool, None]


class Sender:
    """Sends one mail after the other, step by step.

    When a mail needs permission, `results` are recorded first, and `begins` is its delivery.
    """

    def __init__(self, connection: SmtpConnection, build_message: BuildMessage) -> None:
        self.connection = connection
        self.results: list[DeliveryResult] = []
        self.begins: int | None = None
        self.backoff = Backoff(SHORTEST_REST_SECONDS, LONGEST_REST_SECONDS)
        self._build_message = build_message

    def run(self, batch: SendBatch) -> Steps:
        """Send until the batch is over. Raises what the database raised."""
        while not (self.backoff.is_waiting or batch.is_over):
            if delivery := batch.next():
                try:
                    yield from self._send(batch, delivery)
                finally:
                    self.begins = None
                    batch.done(delivery)
            elif not batch.is_over:
                yield Turn.NEXT

    def _send(self, batch: SendBatch, delivery: LeasedDelivery) -> Steps:
        try:
            body, to = self._build_message(delivery)
        except SubscriberErasedError:
            self.results.append(DeliveryResult(delivery, Withheld()))
            return
        except Exception as error:
            log.exception("a digest could not be made", delivery=delivery.id)
            self.results.append(DeliveryResult(delivery, BuildFailed(f"{type(error).__name__}: {error}")))
            return
        self.begins = delivery.id
        try:
            outcome = yield from self.connection.exchange(body, to)
        except MailServerError as error:
            batch.abort(error, delivery)
            return
        self.results.append(DeliveryResult(delivery, outcome))
        if isinstance(outcome, Deferred) and outcome.code == NO_SERVICE:
            self.backoff.failed()
        else:
            self.backoff.succeeded()
