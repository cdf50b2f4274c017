"""The steps of `carrel worker` as tasks: a message names a step, and whoever gets it runs that step for a while.

Messages carry nothing else. One that is lost, late or doubled does no harm: what there is to do, and who does it, the
tables and their leases say.
"""

import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import structlog
from celery import Celery

from carrel.services import Services
from newsletter import worker_steps as newsletter_steps
from payments import worker_steps as payment_steps
from website.broker import PATIENCE_SECONDS, QUEUES, Broker
from website.worker import Step

log = structlog.get_logger()
TASK = "carrel.step"
SLICE_SECONDS = 10.0  # then the next may go on, here or elsewhere
FAILED_SECONDS = 5.0
SHORTEST_SECONDS = 0.5  # how often a step is due that the worker's own loop would look at in every turn
THREADS = 16
REDELIVERED_SECONDS = 300
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # all is due when somebody begins to lead
# These look after the folder of a machine: each has its own, so they go by no queue.
OF_THE_MACHINE = frozenset({"heartbeat", "health checks", "nightly backup", "offline copies", "cards"})
QUEUE_OF = {
    "mail": "urgent",
    **dict.fromkeys((name for name, *_ in payment_steps.STEPS), "payments"),
    **dict.fromkeys(
        (name for name, *_ in newsletter_steps.STEPS if not name.startswith(("forgetting", "rolling up"))),
        "bulk",
    ),
    "sending digests": "bulk",
}


class StepRunner:
    """The steps of this process. Several run at once, but each only in one thread."""

    def __init__(self, services: Services, steps: Iterable[Step]) -> None:
        self._services = services
        self._steps = {step.name: step for step in steps}
        self._locks = {name: threading.Lock() for name in self._steps}
        self.stopping = threading.Event()

    def run(self, name: str) -> bool:
        """Run a step until nothing is left, or its time is over. Whether there may be more.

        One that runs here already goes on by itself; one that has just failed is not asked at once again; one of a
        later release is left to a worker that knows it.
        """
        step = self._steps.get(name)
        if step is None or time.monotonic() < step.due_at or not self._locks[name].acquire(blocking=False):
            return False
        try:
            return self._slice(step)
        except Exception:  # a failing step must not stop the others
            log.exception("step failed", step=name)
            step.due_at = time.monotonic() + FAILED_SECONDS
            return False
        finally:
            self._locks[name].release()

    def _slice(self, step: Step) -> bool:
        ends_at = time.monotonic() + SLICE_SECONDS
        is_more = True
        while is_more and not self.stopping.is_set() and time.monotonic() < ends_at:
            is_more = step.run_step(self._services)
        step.close()  # after a failure it stays open: what was sent is still to be recorded
        return is_more

    def close(self) -> None:
        """Let what is in hand finish."""
        self.stopping.set()
        for step in self._steps.values():
            step.close()


def make_app(broker: Broker, runner: StepRunner, steps: Iterable[Step]) -> Celery:
    """The Celery app: one task, four queues, and when each step is due."""
    app = Celery("carrel", broker=broker.url, set_as_current=False)
    app.conf.update(
        broker_transport_options={
            "global_keyprefix": broker.prefix,
            "queue_order_strategy": "priority",  # as they are listed
            "visibility_timeout": REDELIVERED_SECONDS,
            "socket_timeout": PATIENCE_SECONDS * 2,  # longer than a worker waits for the next message
            "socket_connect_timeout": PATIENCE_SECONDS,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,  # as when Redis is full
        task_acks_late=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,  # whoever gets into Redis can command nobody
        beat_schedule={step.name: _entry(step) for step in steps},
    )

    def run_step(name: str) -> None:
        if runner.run(name) and not runner.stopping.is_set():
            app.send_task(TASK, [name], queue=QUEUE_OF.get(name, QUEUES[-1]), retry=False)

    app.task(run_step, name=TASK)
    return app


def _entry(step: Step) -> dict[str, object]:
    return {
        "task": TASK,
        "args": [step.name],
        "schedule": timedelta(seconds=max(step.every_seconds, SHORTEST_SECONDS)),
        "last_run_at": LONG_AGO,
        "options": {"queue": QUEUE_OF.get(step.name, QUEUES[-1]), "retry": False},
    }
