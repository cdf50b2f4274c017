"""Background work: steps take what is due from the tables in a loop, until SIGTERM.

Each step is small and idempotent: `run_step(services) -> bool` (was there anything to do?). All state is in
the tables: what a killed worker leaves unfinished, another one finds.
"""

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog
from sqlalchemy.orm import Session

from articles import item_reports, queries
from articles.offline import copies
from articles.search import misses, upkeep
from carrel import clock, logging
from carrel.accounts import retention
from carrel.ads import maintenance
from carrel.ads import roll_up as ad_roll_up
from carrel.ads.maintenance import AdMaintenance
from carrel.ads.roll_up import AdRollUp
from carrel.mail import alarms
from carrel.mail import maintenance as mail_maintenance
from carrel.mail.outbox_sender import OutboxSender
from carrel.services import Services
from newsletter import hook_handlers as newsletter_hooks
from newsletter import worker_steps as newsletter_steps
from newsletter.delivery.send_step import DigestSender
from payments import hook_handlers as payment_hooks
from payments import worker_steps as payment_steps
from website.admin.operators import sessions as operator_sessions
from website.app import create_app
from website.backup import nightly
from website.backup.nightly import NightlyBackup
from website.doctor import heartbeat, run_checks
from website.pages import cards
from website.study import hook_handlers as study_hooks

log = structlog.get_logger()
IDLE_SECONDS = 0.5
RunStep = Callable[[Services], bool]


@dataclass
class Step:
    """One kind of work, and how often to look for it."""

    name: str
    run_step: RunStep
    every_seconds: float = 0.0
    close: Callable[[], None] = lambda: None  # closes what the step keeps open between its turns
    due_at: float = field(default=0.0, compare=False)


def steps() -> list[Step]:
    """All kinds of work, the most urgent first: each turn starts over at the top."""
    outbox_sender, digest_sender = OutboxSender(), DigestSender()
    return [
        # Mail that somebody waits for comes first, so that it overtakes bulk mail (MAIL-22).
        Step("mail", outbox_sender.run_step, close=outbox_sender.close),
        Step("mails about alarms", alarms.run_step, 1.0),
        Step("mail maintenance", mail_maintenance.run_step, mail_maintenance.EVERY_SECONDS),
        Step("heartbeat", heartbeat.run_step, heartbeat.EVERY_SECONDS),
        Step("health checks", run_checks.run_step, run_checks.WATCH_EVERY_SECONDS),
        Step("nightly backup", NightlyBackup(create_app).run_step, nightly.EVERY_SECONDS),
        Step("ad maintenance", AdMaintenance(_exams).run_step, maintenance.EVERY_SECONDS),
        Step("rolling up ad counters", AdRollUp().run_step, ad_roll_up.EVERY_SECONDS),
        Step("account retention", retention.run_step, retention.EVERY_SECONDS),
        Step(
            "operator session retention",
            operator_sessions.run_step,
            operator_sessions.CLEAN_UP_EVERY_SECONDS,
        ),
        Step("offline copies", copies.run_step, copies.EVERY_SECONDS),
        Step("search index", upkeep.run_step, upkeep.EVERY_SECONDS),
        Step("search retention", misses.run_step, misses.EVERY_SECONDS),
        Step("item report retention", item_reports.run_step, item_reports.EVERY_SECONDS),
        Step("cards", cards.run_step, cards.EVERY_SECONDS),
        *(Step(*step) for step in (*payment_steps.STEPS, *newsletter_steps.STEPS)),
        # Last: while a digest goes out, everything above gets its turn after each second of it.
        Step("sending digests", digest_sender.run_step, close=digest_sender.close),
    ]


def _exams(session: Session) -> list[str]:
    return [exam.slug for exam in queries.exams(session, clock.now())]


class Worker:
    """The loop. `stop()` lets the current step finish."""

    def __init__(self, services: Services, steps: Sequence[Step]) -> None:
        self._services = services
        self._steps = steps
        self._stopping = threading.Event()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after the current step."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stopping.is_set():
            if not self.turn():
                self._stopping.wait(IDLE_SECONDS)
        for step in self._steps:
            step.close()

    def turn(self) -> bool:
        """Do the first thing that is due. Whether there was anything."""
        return any(self._try(step) for step in self._steps if step.due_at <= time.monotonic())

    def _try(self, step: Step) -> bool:
        try:
            if step.run_step(self._services):
                return True
        except Exception:  # a failing step must not stop the others
            log.exception("step failed", step=step.name)
            step.due_at = time.monotonic() + max(step.every_seconds, 5.0)
            return False
        step.due_at = time.monotonic() + step.every_seconds
        return False


def prepare() -> None:
    """What a process that runs steps needs first."""
    logging.configure()
    payment_hooks.register_hooks()
    newsletter_hooks.register_hooks()
    study_hooks.register_hooks()


def run(services: Services) -> None:
    """The worker process: until SIGTERM or Ctrl-C."""
    prepare()
    worker = Worker(services, steps())
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    worker.run()
