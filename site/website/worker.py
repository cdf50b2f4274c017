"""Background work: claim due steps from the tables in a loop, end on SIGTERM.

Each step is a small idempotent act, `handle_one(services) -> bool` (was there anything to do?). The
tables are the truth: a worker that is killed leaves nothing behind that another would not find.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog
from sqlalchemy.orm import Session

from articles import queries
from carrel import clock, logging
from carrel.accounts import retention
from carrel.ads import maintenance
from carrel.ads.maintenance import AdMaintenance
from carrel.http.services import Services
from carrel.mail import alarms, outbox_watch
from carrel.mail.outbox_sender import OutboxSender
from newsletter import signal_handlers as newsletter_listening
from newsletter import worker_steps as newsletter
from newsletter.delivery import sweep
from newsletter.delivery.send_step import DigestSender
from newsletter.issues import composition, due, freezing
from payments import signal_handlers as payments_listening
from payments import worker_steps as payments
from website.admin.operators import sessions as operators
from website.backup import nightly
from website.backup.nightly import Nightly
from website.doctor import heartbeat, run_checks

log = structlog.get_logger()
IDLE_SECONDS = 0.5


@dataclass
class Step:
    """One kind of work, and how often to look for it (seconds)."""

    name: str
    handle_one: Callable[[Services], bool]
    every_seconds: float = 0.0
    close: Callable[[], None] = lambda: None  # gives back what the step keeps open between its turns
    due_at: float = field(default=0.0, compare=False)


def steps() -> list[Step]:
    """All kinds of work, the most urgent first: each turn begins again at the top."""
    delivery, bulk = OutboxSender(), DigestSender()
    return [
        # Mail that somebody waits for stands before everything, so that it overtakes bulk mail (MAIL-22).
        Step("mail", delivery.handle_one, close=delivery.close),
        Step("mails about alarms", alarms.mail_one, 1.0),
        Step("looking after the mail", outbox_watch.handle_one, outbox_watch.EVERY_SECONDS),
        Step("heartbeat", heartbeat.touch, heartbeat.EVERY_SECONDS),
        Step("the doctor's look", run_checks.watch, run_checks.WATCH_EVERY_SECONDS),
        Step("nightly backup", Nightly().handle_one, nightly.EVERY_SECONDS),
        Step("looking after ads", AdMaintenance(_exams).handle_one, maintenance.EVERY_SECONDS),
        Step("tidying accounts", retention.handle_one, retention.EVERY_SECONDS),
        Step("ending operators' sessions", operators.handle_one, operators.TIDY_EVERY_SECONDS),
        *(Step(*step) for step in (*payments.STEPS, *newsletter.STEPS)),
        Step("digests that are due", due.handle_one, due.EVERY_SECONDS),
        Step("recipients of digests", freezing.handle_one, 1.0),
        Step("texts of digests", composition.compose_one, 1.0),
        Step("looking after digests", sweep.handle_one, sweep.EVERY_SECONDS),
        # Last: while a digest goes out, everything above has its turn after each second of it.
        Step("sending digests", bulk.handle_one, close=bulk.close),
    ]


def _exams(session: Session) -> list[str]:
    return [exam.slug for exam in queries.exams(session, clock.now())]


class Worker:
    """The loop. `stop()` lets the step in hand finish."""

    def __init__(self, services: Services, work: Sequence[Step]) -> None:
        self._services = services
        self._work = work
        self._stopping = threading.Event()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after the step in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stopping.is_set():
            if not self.turn():
                self._stopping.wait(IDLE_SECONDS)
        for step in self._work:
            step.close()

    def turn(self) -> bool:
        """Do the first thing that is due. Whether there was anything."""
        return any(self._try(step) for step in self._work if step.due_at <= time.monotonic())

    def _try(self, step: Step) -> bool:
        try:
            if step.handle_one(self._services):
                return True
        except Exception:  # a failing step must not stop the others
            log.exception("step failed", step=step.name)
            step.due_at = time.monotonic() + max(step.every_seconds, 5.0)
            return False
        step.due_at = time.monotonic() + step.every_seconds
        return False


def run(services: Services) -> None:
    """The worker process: until SIGTERM or Ctrl-C."""
    logging.configure()
    payments_listening.listen()
    newsletter_listening.listen()
    worker = Worker(services, steps())
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()
