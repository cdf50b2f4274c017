"""Sending digests: the last step of the worker, in slices of a second, so that all else goes first (MAIL-22)."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.http.services import Services
from carrel.mail import holds
from carrel.mail.alarms import raise_alarm
from carrel.mail.outcomes import MailServerError, MailServerUnavailableError
from carrel.mail.server import MailServer
from carrel.mail.smtp import SmtpConnection
from newsletter.delivery import send_batches
from newsletter.delivery.claim_owner import new_owner
from newsletter.delivery.delivery_recorder import DeliveryRecorder, turns
from newsletter.delivery.message_builder import MessageBuilder
from newsletter.delivery.provider_limits import Domains
from newsletter.delivery.rate_limit import SendRateLimit
from newsletter.delivery.send_batches import SendBatch
from newsletter.delivery.sender import Sender
from newsletter.issues import issue_lifecycle, sent_log
from newsletter.issues.models import Issue

log = structlog.get_logger()
SHORTEST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 60.0
PATIENCE_SECONDS = 0.5  # beyond the slice; a connection that takes longer goes on by itself


class DigestSender:
    """The connections of one worker process to the mail server, for digests."""

    def __init__(self, connect: Callable[[MailServer], SmtpConnection] = SmtpConnection) -> None:
        self._connect = connect
        self._owner = new_owner()
        self._lines: list[Sender] = []
        self._busy: dict[Sender, Future[None]] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._throttle, self._domains = SendRateLimit(0), Domains(0)
        self._last_issue = 0
        self._pause_seconds = 0.0
        self._paused_until = float("-inf")
        self._is_checked = False

    def handle_one(self, services: Services) -> bool:
        """Send for up to a second. Whether there was anything to send."""
        if time.monotonic() < self._paused_until:
            return False
        with services.db.read() as session:
            issue_id = None if holds.is_held(session) else send_batches.next_issue(session, self._last_issue)
            is_over = send_batches.is_over(session)
        if is_over:
            with services.db.write() as session:
                send_batches.finish(session)
        if issue_id is None:
            self._hang_up()
            return False
        return self._knows_all(services) and self._slice(services, issue_id)

    def close(self) -> None:
        """Let what is in hand finish, and say goodbye. The next slice opens everything anew."""
        if self._pool:
            self._pool.shutdown()
            self._pool = None
        self._busy.clear()
        self._hang_up()

    def _slice(self, services: Services, issue_id: int) -> bool:
        try:
            lines = self._free_lines(services)
        except MailServerError as unusable:
            self._pause(services, issue_id, unusable)
            return False
        if not lines or not send_batches.begin(services, issue_id):
            return False
        self._last_issue = issue_id
        work = SendBatch(services, issue_id, self._owner, self._throttle, self._domains)
        try:
            self._run(lines, work)
        finally:
            work.give_back()
        if work.unusable:
            self._pause(services, issue_id, work.unusable)
        else:
            self._pause_seconds = 0.0
        return True

    def _run(self, lines: list[Sender], work: SendBatch) -> None:
        """All connections at once. One that waits for the server long after the slice holds up no other."""
        assert self._pool is not None  # noqa: S101 - made with the lines
        self._busy |= {line: self._pool.submit(line.work, work) for line in lines}
        wait([self._busy[line] for line in lines], work.ends_at - time.monotonic() + PATIENCE_SECONDS)
        self._reap()

    def _reap(self) -> None:
        """Forget the connections that are done. Raises what one of them raised."""
        done = [line for line, future in self._busy.items() if future.done()]
        for future in [self._busy.pop(line) for line in done]:
            future.result()

    def _free_lines(self, services: Services) -> list[Sender]:
        if self._pool is None:
            server = MailServer.of(services.settings)
            count = services.settings.digest_connections
            room, in_turn = MessageBuilder(services), turns(services.db)
            pens = [DeliveryRecorder(services.db, self._owner, in_turn) for _ in range(count)]
            self._lines = [Sender(self._connect(server), pen, room.write) for pen in pens]
            self._pool = ThreadPoolExecutor(count, thread_name_prefix="digest")
            self._throttle = SendRateLimit(services.settings.digest_per_second)
            self._domains = Domains(services.settings.digest_per_domain)
        self._reap()
        now = time.monotonic()
        return [line for line in self._lines if line not in self._busy and line.resting_until <= now]

    def _hang_up(self) -> None:
        for line in self._lines:
            if line not in self._busy:
                line.close()

    def _knows_all(self, services: Services) -> bool:
        """Whether the database is as young as the log of what was sent (MF-29). Asked once of a process."""
        if self._is_checked:
            return True
        with services.db.read() as session:
            lost = sent_log.ahead(session, services.settings)
        self._is_checked = lost is None
        if lost:
            self._paused_until = time.monotonic() + LONGEST_PAUSE_SECONDS
            with services.db.write() as session:
                raise_alarm(
                    session, "digests-restored", "Digests wait: was a backup restored?", lost.sentence
                )
        return self._is_checked

    def _pause(self, services: Services, issue_id: int, unusable: MailServerError) -> None:
        self._pause_seconds = min(max(self._pause_seconds * 2, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._paused_until = time.monotonic() + self._pause_seconds
        log.warning("mail server cannot be used", problem=str(unusable))
        with services.db.write() as session:
            if not isinstance(
                unusable, MailServerUnavailableError
            ):  # being away is an alarm only when it lasts
                raise_alarm(session, "mail-server", "Mail cannot be sent", str(unusable))
            ends_at = session.scalar(select(Issue.send_until).where(Issue.id == issue_id))
            if ends_at and clock.now() > ends_at:
                _ask(session, issue_id, unusable)


def _ask(session: Session, issue_id: int, unusable: MailServerError) -> None:
    """A digest of yesterday goes out only when the operator still wants it (MAIL-05)."""
    reason = f"The mail server could not be used for a day: {unusable}"
    if issue_lifecycle.pause(session, issue_id, "worker", reason):
        raise_alarm(session, f"digest-waits:{issue_id}", "A digest is paused", reason)
