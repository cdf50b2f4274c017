"""Sending digests: the last step of the worker, a second at a time, so that all else goes first (MAIL-22)."""

import time
from collections.abc import Callable

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
from newsletter.delivery.recorder import DeliveryRecorder
from newsletter.delivery.send_loop import SendLoop
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
        self._loop: SendLoop | None = None
        self._batches: list[SendBatch] = []  # those of which a connection may still have something in hand
        self._rate_limit, self._domain_limit = SendRateLimit(0), DomainLimit(0)
        self._last_issue = 0
        self._backoff = backoff.for_mail_server()
        self._check_again_at = float("-inf")  # on the monotonic clock
        self._is_checked = False

    def run_step(self, services: Services) -> bool:
        """Send for up to a second. Whether there was anything to send."""
        if self._begin_step(services):
            return True
        if self._loop:  # the server may answer now what it was asked in an earlier batch
            self._loop.finish(time.monotonic() + GRACE_SECONDS)
            self._settle(services, self._loop)
        return False

    def close(self) -> None:
        """Let what is in hand finish, and close the connections. The next batch opens them again."""
        loop, self._loop = self._loop, None
        try:
            if loop:
                loop.close()
        finally:
            for work in self._batches:
                work.give_back()
            self._batches.clear()

    def _begin_step(self, services: Services) -> bool:
        if self._backoff.is_waiting or time.monotonic() < self._check_again_at:
            return False
        with services.db.read() as session:
            issue_id = None if restore_hold.is_held(session) else batch.next_issue(session, self._last_issue)
            is_any_over = batch.is_any_issue_over(session)
        if is_any_over:
            with services.db.write() as session:
                batch.finish_issues(session)
        if issue_id is None:
            if self._loop:
                self._loop.close_idle()
            return False
        return self._is_database_current(services) and self._send_batch(services, issue_id)

    def _send_batch(self, services: Services, issue_id: int) -> bool:
        try:
            loop = self._loop = self._loop or self._open(services)
        except MailServerError as error:
            self._pause(services, issue_id, error)
            return False
        if not loop.idle or not batch.begin(services, issue_id):
            return False
        self._last_issue = issue_id
        work = SendBatch(services, issue_id, self._owner, self._rate_limit, self._domain_limit)
        self._batches.append(work)
        try:
            loop.run(work, work.ends_at + GRACE_SECONDS)
        finally:
            work.give_back()
        if not (work.server_error or loop.is_running(work)):
            self._backoff.succeeded()
        self._settle(services, loop)
        return True

    def _settle(self, services: Services, loop: SendLoop) -> None:
        """Heed what connections found out, perhaps long after their batch: a server may be silent before it is away."""
        for work in self._batches:
            work.give_back()
            error, work.server_error = work.server_error, None
            if error and not self._backoff.is_waiting:
                self._pause(services, work.issue_id, error)
        self._batches = [work for work in self._batches if loop.is_running(work)]

    def _open(self, services: Services) -> SendLoop:
        settings, server = services.settings, MailServer.of(services.settings)
        build_message = MessageBuilder(services).build
        senders = [Sender(self._connect(server), build_message) for _ in range(settings.digest_connections)]
        self._rate_limit = SendRateLimit(settings.digest_per_second)
        self._domain_limit = DomainLimit(settings.digest_per_domain)
        return SendLoop(senders, DeliveryRecorder(services.db, self._owner))

    def _is_database_current(self, services: Services) -> bool:
        """Whether the database knows all that the sent log does (MF-29). Asked once of a process."""
        if self._is_checked:
            return True
        with services.db.read() as session:
            missing = sent_log.missing_issues(session, services.settings)
        self._is_checked = missing is None
        if missing:
            self._check_again_at = time.monotonic() + PAUSE_AFTER_RESTORE_SECONDS
            subject = "Digests are on hold: was a backup restored?"
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
    reason = f"The mail server has been unavailable for a day: {error}"
    if issue_lifecycle.pause(session, issue_id, "worker", reason):
        raise_alarm(session, f"digest-waits:{issue_id}", "A digest is paused", reason)
