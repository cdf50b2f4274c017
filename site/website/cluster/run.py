"""The process of `carrel worker --cluster`: Celery's consumer, a beat that may lead, and the work of this machine."""

import logging as plain_logging
import os
import socket
import sys
import threading
import warnings
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from celery import signals
from celery.beat import EmbeddedService
from celery.exceptions import CPendingDeprecationWarning

from carrel.locks import DatabaseLease
from carrel.logging import StrikingFormatter
from carrel.services import Services
from website import worker
from website.broker import QUEUES, Broker, BrokerError
from website.cluster.leader import LEADER_LOCK, Leader, LeaderScheduler
from website.cluster.step_tasks import OF_THE_MACHINE, THREADS, StepRunner, make_app
from website.doctor import run_checks
from website.worker import Step, Worker

SEE_EVERY_SECONDS = 10.0


def run(services: Services, queues: Iterable[str] = QUEUES) -> None:
    """Work until SIGTERM or Ctrl-C. Raises `BrokerError` when the cluster cannot work as it is."""
    broker = Broker.of(services.settings, services.db)
    broker.claim()
    worker.prepare()
    name = f"{socket.gethostname()}:{os.getpid()}"
    shared, of_the_machine = divided(worker.steps())
    lease = DatabaseLease(services.db, LEADER_LOCK)
    leader, runner = Leader(lease, broker), StepRunner(services, shared)
    app = make_app(broker, runner, shared)
    home = Worker(services, [*for_one_of_many(of_the_machine, leader), _sighting(broker, name)])
    beat = EmbeddedService(app, thread=True, scheduler_cls=partial(LeaderScheduler, leader=leader))
    consumer = app.Worker(
        pool="threads", concurrency=THREADS, queues=list(queues), hostname=name, quiet=True, loglevel="WARNING",
        without_gossip=True, without_mingle=True, without_heartbeat=True,
    )  # fmt: skip
    signals.worker_shutting_down.connect(lambda **_: runner.stopping.set(), weak=False)
    at_home = threading.Thread(target=home.run, name="home")
    at_home.start()
    beat.start()
    try:
        consumer.start()
    finally:
        beat.stop()
        home.stop()
        at_home.join()
        runner.close()
        lease.release()
    if consumer.exitcode:  # so that it is started again
        sys.exit(consumer.exitcode)


def divided(steps: Iterable[Step]) -> tuple[list[Step], list[Step]]:
    """Those that any worker may run, and those that each machine runs for itself."""
    chosen = list(steps)
    own = [step for step in chosen if step.name in OF_THE_MACHINE]
    return [step for step in chosen if step not in own], own


def for_one_of_many(steps: Iterable[Step], leader: Leader) -> list[Step]:
    """One machine makes the nightly backup, and is asked how old the last one is: the one that leads."""
    chosen = list(steps)
    for step in chosen:
        if step.name == "nightly backup":
            step.run_step = partial(_if_leading, leader, step.run_step)
        elif step.name == "health checks":
            step.run_step = lambda services: run_checks.watch(
                services, run_checks.ALARMING_CHECKS if leader.leads else run_checks.MACHINE_CHECKS
            )
    return chosen


def _if_leading(leader: Leader, run_step: worker.RunStep, services: Services) -> bool:
    return leader.leads and run_step(services)


def _sighting(broker: Broker, name: str) -> Step:
    def see(_services: Services) -> bool:
        with suppress(BrokerError):  # the leader says so
            broker.see(name)
        return False

    return Step("sighting", see, SEE_EVERY_SECONDS)


@signals.setup_logging.connect  # type: ignore[untyped-decorator] # Celery is not typed
def _log_as_we_do(**_: object) -> None:
    """Warnings of Celery, without secrets; its own handlers stay away."""
    handler = plain_logging.StreamHandler()
    handler.setFormatter(StrikingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    plain_logging.basicConfig(level=plain_logging.WARNING, handlers=[handler])
    warnings.simplefilter("ignore", CPendingDeprecationWarning)  # of a default that will change
