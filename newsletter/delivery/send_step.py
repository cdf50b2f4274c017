"""Sending digests: the last step of the worker, a second at a time, so that all else goes first (MAIL-22)."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import backoff, restore_hold
from carrel.mail.alarms import raise_alarm, raise_server_alarm
from carrel.mail.outcomes import MailServerError
from carrel.mail.server import MailServer
from carrel.mail.smtp import SmtpConnection
from carrel.services import Services
from newsletter.delivery import batch
from newsletter.delivery.batch import SendBatch
from newsletter.delivery.leases import new_owner
from newsletter.delivery.limits import DomainLimit, SendRateLimit
from newsletter.delivery.message_template import MessageBuilder
from newsletter.delivery.recorder import DeliveryRecorder, write_lock
from newsletter.delivery.sender import Sender
from newsletter.issues import issue_lifecycle, sent_log
from newsletter.issues.models import Issue

log = structlog.get_logger()
PAUSE_AFTER_RESTORE_SECONDS = 60.0
GRACE_SECONDS = 0.5  # beyond the batch; a connection that takes longer goes on by itself


class DigestSender:
    """The connections of one worker process to the mail server, for digests."""

    def __init__(self, connect: Callable[[MailServer], SmtpConnection] = SmtpConnection) -> None:
        self._connect = connect
        self._owner = new_owner()
        self._senders: list[Sender] = []
        self._running: dict[Sender, Future[None]] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._rate_limit, self._domain_limit = SendRateLimit(0), DomainLimit(0)
        self._last_issue = 0
        self._backoff = backoff.for_mail_server()
        self._check_again_at = float("-inf")  # on the monotonic clock
        self._is_checked = False

    def run_step(self, services: Services) -> bool:
        """Send for up to a second. Whether there was anything to send."""
        if self._backoff.is_waiting or time.monotonic() < self._check_again_at:
            return False
        with services.db.read() as session:
            issue_id = None if restore_hold.is_held(session) else batch.next_issue(session, self._last_issue)
            is_any_over = batch.is_any_issue_over(session)
        if is_any_over:
            with services.db.write() as session:
                batch.finish_issues(session)
        if issue_id is None:
            self._close_connections()
            return False
        return self._is_database_current(services) and self._send_batch(services, issue_id)

    def close(self) -> None:
        """Let what is in hand finish, and close the connections. The next batch opens them again."""
        if self._pool:
            self._pool.shutdown()
            self._pool = None
        self._running.clear()
        self._close_connections()

    def _send_batch(self, services: Services, issue_id: int) -> bool:
        try:
            senders = self._idle_senders(services)
        except MailServerError as error:
            self._pause(services, issue_id, error)
            return False
        if not senders or not batch.begin(services, issue_id):
            return False
        self._last_issue = issue_id
        work = SendBatch(services, issue_id, self._owner, self._rate_limit, self._domain_limit)
        try:
            self._run(senders, work)
        finally:
            work.give_back()
        if work.server_error:
            self._pause(services, issue_id, work.server_error)
        else:
            self._backoff.succeeded()
        return True

    def _run(self, senders: list[Sender], work: SendBatch) -> None:
        """All connections at once. One that waits for the server long after the batch holds up no other."""
        assert self._pool is not None  # noqa: S101 - made with the senders
        self._running |= {sender: self._pool.submit(sender.run, work) for sender in senders}
        futures = [self._running[sender] for sender in senders]
        wait(futures, work.ends_at - time.monotonic() + GRACE_SECONDS)
        self._reap()

    def _reap(self) -> None:
        """Forget the senders that are done. Raises what one of them raised."""
        done = [sender for sender, future in self._running.items() if future.done()]
        for future in [self._running.pop(sender) for sender in done]:
            future.result()

    def _idle_senders(self, services: Services) -> list[Sender]:
        if self._pool is None:
            self._open(services)
        self._reap()
        return [
            sender
            for sender in self._senders
            if sender not in self._running and not sender.backoff.is_waiting
        ]

    def _open(self, services: Services) -> None:
        settings, server = services.settings, MailServer.of(services.settings)
        build_message, lock = MessageBuilder(services).build, write_lock(services.db)
        self._senders = [
            Sender(self._connect(server), DeliveryRecorder(services.db, self._owner, lock), build_message)
            for _ in range(settings.digest_connections)
        ]
        self._pool = ThreadPoolExecutor(settings.digest_connections, thread_name_prefix="digest")
        self._rate_limit = SendRateLimit(settings.digest_per_second)
        self._domain_limit = DomainLimit(settings.digest_per_domain)

    def _close_connections(self) -> None:
        for sender in self._senders:
            if sender not in self._running:
                sender.close()

    def _is_database_current(self, services: Services) -> bool:
        """Whether the database knows all that the sent log does (MF-29). Asked once of a process."""
        if self._is_checked:
            return True
        with services.db.read() as session:
            missing = sent_log.missing_issues(session, services.settings)
        self._is_checked = missing is None
        if missing:
            self._check_again_at = time.monotonic() + PAUSE_AFTER_RESTORE_SECONDS
            subject = "Digests wait: was a backup restored?"
            with services.db.write() as session:
                raise_alarm(session, "digests-restored", subject, missing.sentence)
        return self._is_checked

    def _pause(self, services: Services, issue_id: int, error: MailServerError) -> None:
        self._backoff.failed()
        log.warning("mail server cannot be used", problem=str(error))
        with services.db.write() as session:
            raise_server_alarm(session, error)
            send_until = session.scalar(select(Issue.send_until).where(Issue.id == issue_id))
            if send_until and clock.now() > send_until:
                _pause_issue(session, issue_id, error)


def _pause_issue(session: Session, issue_id: int, error: MailServerError) -> None:
    """A digest of yesterday goes out only when the operator still wants it (MAIL-05)."""
    reason = f"The mail server could not be used for a day: {error}"
    if issue_lifecycle.pause(session, issue_id, "worker", reason):
        raise_alarm(session, f"digest-waits:{issue_id}", "A digest is paused", reason)
