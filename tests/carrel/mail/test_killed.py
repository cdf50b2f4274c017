"""A worker that is killed loses no mail and repeats none; what may have left is said to be uncertain."""

import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select, update

from carrel import clock
from carrel.mail import maintenance, outbox
from carrel.mail.message import Content
from carrel.mail.models import OutboxMail, OutboxState
from carrel.mail.outbox_sender import OutboxSender
from carrel.services import Services
from tests.support.digests import wait_until
from tests.support.mail import HELLO
from tests.support.smtp import FakeMailServer
from tests.support.worker import FULL, on_one_database, worker

pytestmark = pytest.mark.faults
KILLS = 50 if FULL else 1
MAILS_A_KILL = 8
PATIENCE_SECONDS = 600.0  # a slow machine is no failure


def queue(post: Services, first: int) -> None:
    with post.db.write() as session:
        for n in range(first, first + MAILS_A_KILL):
            mail = Content(HELLO.name, f"mail {n}", HELLO.text, HELLO.html)
            outbox.queue(session, key=f"k{n}", to=f"r{n}@example.org", mail=mail)


def wait_for_mails(server: FakeMailServer, count: int, process: subprocess.Popen[bytes]) -> None:
    wait_until = time.monotonic() + PATIENCE_SECONDS
    while len(server.mails) < count:
        assert time.monotonic() < wait_until, "the worker sends nothing"
        assert process.poll() is None, "the worker ended"
        time.sleep(0.005)


def let_leases_run_out(post: Services) -> None:
    with post.db.write() as session:
        held = update(OutboxMail).where(OutboxMail.state == OutboxState.LEASED)
        session.execute(held.values(lease_until=clock.now() - timedelta(seconds=1)))
    maintenance.run_step(post)


def test_mf_01_killed_again_and_again_nothing_is_lost_and_nothing_repeated(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("BODY", 0.03, times=10_000)  # the reply takes a while: a wide crash window
    for kill in range(KILLS):
        queue(post, kill * MAILS_A_KILL)
        with worker(post.settings) as process:
            wait_for_mails(mail_server, len(mail_server.mails) + random.randint(1, 4), process)
            time.sleep(random.uniform(0, 0.05))
        let_leases_run_out(post)
    with closing(OutboxSender()) as delivery:
        while delivery.run_step(post):
            pass
    check(post, mail_server)


def check(post: Services, server: FakeMailServer) -> None:
    """Every mail ended, and arrived as often as its row says."""
    arrived = Counter(mail.message["Subject"] for mail in server.mails)
    with post.db.read() as session:
        rows = session.scalars(select(OutboxMail)).all()
    states = Counter(row.state for row in rows)
    assert len(rows) == KILLS * MAILS_A_KILL
    assert set(states) <= {OutboxState.SENT, OutboxState.UNCERTAIN}
    assert states[OutboxState.UNCERTAIN] <= KILLS
    for row in rows:
        assert arrived[row.subject] in ({1} if row.state == OutboxState.SENT else {0, 1}), row.subject


@on_one_database
def test_mf_02_killed_between_the_last_reply_and_the_commit_one_mail_is_uncertain(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("BODY", reply := Event())
    queue(post, 0)
    with worker(post.settings):
        wait_until(lambda: "BODY" in mail_server.verbs)
    reply.set()
    let_leases_run_out(post)
    with post.db.read() as session:
        uncertain = session.scalars(
            select(OutboxMail.key).where(OutboxMail.state == OutboxState.UNCERTAIN)
        ).all()
    assert uncertain == ["k0"]


@on_one_database
def test_data_24_a_worker_that_is_asked_to_end_finishes_the_mail_in_hand(
    post: Services, mail_server: FakeMailServer
) -> None:
    mail_server.answer("BODY", 0.3, times=100)
    queue(post, 0)
    with worker(post.settings) as process:
        wait_for_mails(mail_server, 1, process)
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    with post.db.read() as session:
        states = Counter(session.scalars(select(OutboxMail.state)))
    assert states[OutboxState.LEASED] == states[OutboxState.UNCERTAIN] == 0
    assert states[OutboxState.SENT] == len(mail_server.mails) < MAILS_A_KILL
