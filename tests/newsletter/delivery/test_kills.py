"""Workers that die, sleep and crowd, as processes of their own: nobody is lost, nobody is mailed twice."""

import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select, update

from carrel import clock
from carrel.services import Services
from carrel.settings import Settings
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState
from tests.support.digests import (
    count_in_states,
    count_states,
    digest_sender,
    expire_leases,
    put_issue,
    put_pending_article,
    send_all,
    services_sending_to,
    the_issue,
    wait_until,
)
from tests.support.sink import sink, taken
from tests.support.smtp import FakeMailServer
from tests.support.worker import FULL, kill, on_one_database, start, worker

MAILS, KILLS = (10_000, 50) if FULL else (200, 2)
CROWD = 2_000 if FULL else 200
pytestmark = pytest.mark.faults


def test_mf_01_killed_again_and_again_nobody_is_lost_and_nobody_is_mailed_twice(
    settings: Settings, tmp_path: Path
) -> None:
    chance = random.Random(20261121)
    log = tmp_path / "taken"
    with sink(log) as port, services_sending_to(settings, port) as services:
        put_issue(services, MAILS)
        for _ in range(KILLS):
            target = len(taken(log)) + chance.randint(1, MAILS // KILLS - 10)
            process = start(
                services.settings, DIGEST_PER_SECOND="200"
            )  # or it is over before it dies so often
            wait_until(lambda target=target: len(taken(log)) >= min(target, MAILS))  # type: ignore[misc]
            kill(process)
            before = count_in_states(services, DeliveryState.UNCERTAIN)
            expire_leases(services)
            uncertain = count_in_states(services, DeliveryState.UNCERTAIN)
            assert uncertain - before <= settings.digest_connections
        send_all(services)

        arrived = [to for to, _ in taken(log)]
        assert len(arrived) == len(set(arrived))
        with services.db.read() as session:
            counts = count_states(session)
            assert the_issue(session).state == IssueState.FINISHED
        assert set(counts) <= {"sent", "uncertain"}
        assert counts["sent"] + uncertain == MAILS
        assert counts["sent"] <= len(arrived) <= MAILS


@on_one_database
def test_mf_02_killed_between_the_servers_yes_and_ours_one_is_uncertain(
    settings: Settings, mail_server: FakeMailServer
) -> None:
    with services_sending_to(settings, mail_server.port, digest_connections=1) as services:
        put_issue(services, 3)
        mail_server.answer("BODY", reply := Event())
        with worker(services.settings):
            wait_until(lambda: "BODY" in mail_server.verbs)
        reply.set()
        expire_leases(services)
        send_all(services)

        with services.db.read() as session:
            assert count_states(session) == {"sent": 2, "uncertain": 1}
        with digest_sender(services) as sender:
            assert not sender.run_step(services)


def test_mf_03_killed_while_recipients_are_gathered_the_next_worker_gathers_exactly_all(
    settings: Settings, tmp_path: Path
) -> None:
    log, everybody = tmp_path / "taken", 30_100  # in batches of 2,000: it is killed within one of the first
    with sink(log) as port, services_sending_to(settings, port, digest_review=True) as services:
        put_pending_article(services, everybody)
        process = start(services.settings, DIGEST_REVIEW="true")
        wait_until(lambda: count_in_states(services, *DeliveryState) > 0)
        kill(process)
        with services.db.read() as session:
            assert the_issue(session).state == IssueState.DRAFT
        with worker(services.settings, DIGEST_REVIEW="true"):
            wait_until(lambda: state_of_issue(services) == IssueState.WAITING)

        with services.db.read() as session:
            assert count_states(session) == {"queued": everybody}
            people = select(func.count(func.distinct(Delivery.subscriber_id)))
            assert session.scalars(people).one() == the_issue(session).recipients == everybody


def state_of_issue(services: Services) -> str:
    with services.db.read() as session:
        return the_issue(session).state


def test_mf_04_mf_05_mail_02_after_one_that_died_early_workers_that_start_together_mail_everybody_once(
    settings: Settings, tmp_path: Path
) -> None:
    """Nothing is in memory only: whatever was published, other processes find; and they make one issue."""
    log = tmp_path / "taken"
    with sink(log) as port, services_sending_to(settings, port, digest_connections=2) as services:
        put_pending_article(services, CROWD)
        kill(start(services.settings))
        with services.db.read() as session:
            assert session.scalars(select(Issue)).first() is None
        processes = [start(services.settings) for _ in range(4 if FULL else 2)]
        wait_until(lambda: count_in_states(services, DeliveryState.SENT) == CROWD)
        for process in processes:
            kill(process)

        assert len(taken(log)) == len({to for to, _ in taken(log)}) == CROWD
        with services.db.read() as session:
            assert the_issue(session).recipients == CROWD


@on_one_database
def test_mf_06_a_worker_that_slept_past_its_lease_does_not_send(
    settings: Settings, mail_server: FakeMailServer
) -> None:
    with services_sending_to(settings, mail_server.port, digest_connections=1) as services:
        put_issue(services, 2)
        mail_server.answer("RCPT", reply := Event())  # it waits for this reply, and is stopped meanwhile
        with worker(services.settings) as process:
            wait_until(lambda: "RCPT" in mail_server.verbs)
            os.kill(process.pid, signal.SIGSTOP)
            expire_leases(services)
            with services.db.write() as session:  # the issue is not over meanwhile
                last = update(Delivery).where(Delivery.id == 2)
                session.execute(last.values(due_at=clock.now() + timedelta(hours=1)))
            send_all(services)
            assert len(mail_server.mails) == 1

            reply.set()
            os.kill(process.pid, signal.SIGCONT)
            wait_until(lambda: "RSET" in mail_server.verbs or len(mail_server.mails) > 1)
            time.sleep(0.5)

        assert mail_server.verbs.count("DATA") == len(mail_server.mails) == 1  # it gave up before DATA
        with services.db.read() as session:
            assert count_states(session) == {"sent": 1, "queued": 1}
