"""SIGTERM ends web and worker within thirty seconds, and what is in hand is finished (DATA-24)."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import select

from carrel.mail.models import OutboxMail
from tests.faults.site import running_site, until

LIMIT_SECONDS = 30.0
SLOWLY = 2.0


def test_data_24_a_checkout_and_a_mail_in_hand_are_finished_before_the_end(tmp_path: Path) -> None:
    with running_site(tmp_path, f"sqlite:///{tmp_path}/carrel.db", workers=1) as site:
        site.mail.answer("BODY", SLOWLY)  # the mail is there, and the reply takes its time
        session_id = site.buyer().order()
        site.stripe.pay(session_id, email="anna@example.com")
        until(lambda: "BODY" in site.mail.verbs or site.mail.mails)
        began = time.monotonic()
        site.stop("worker")
        assert time.monotonic() - began < LIMIT_SECONDS
        states = select(OutboxMail.state)
        assert site.read(lambda session: session.scalars(states).all()) == ["sent"]
        assert len(site.mail.mails_to("anna@example.com")) == 1

        site.stripe.api.hold(path="POST /v1/checkout/sessions")
        answers: list[str] = []
        ordering = threading.Thread(target=lambda: answers.append(site.buyer().order()))
        ordering.start()
        site.stripe.api.wait_until_held()
        web = site.children["web"]
        web.send_signal(signal.SIGTERM)
        web.send_signal(signal.SIGTERM)  # impatient operators press twice
        time.sleep(SLOWLY / 4)
        site.stripe.api.release()
        ordering.join(60)
        assert len(answers) == 1
        assert web.wait(LIMIT_SECONDS) == 0
        del site.children["web"]


def test_who_waits_at_the_door_of_a_web_server_that_ends_is_served_and_the_next_is_refused(
    tmp_path: Path,
) -> None:
    with running_site(tmp_path, f"sqlite:///{tmp_path}/carrel.db", workers=1) as site, ExitStack() as stack:
        host, _, port = site.url.removeprefix("http://").partition(":")
        request = f"GET /pass/ HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()

        def come() -> socket.socket:
            return stack.enter_context(socket.create_connection((host, int(port)), timeout=60))

        kept_open = come()  # as a proxy does; the process lingers for it
        kept_open.sendall(request.replace(b"close", b"keep-alive"))
        assert kept_open.recv(12) == b"HTTP/1.1 200"
        web, pids = site.children["web"], site.web_pids()
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        waiting = [come() for _ in range(5)]
        for waiter in waiting:
            waiter.sendall(request)
        web.send_signal(signal.SIGTERM)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        assert [waiter.recv(12) for waiter in waiting] == [b"HTTP/1.1 200"] * 5
        until(lambda: is_refused(come))
        assert web.poll() is None, "it ended before anybody could be refused"
        kept_open.close()
        assert web.wait(LIMIT_SECONDS) == 0
        del site.children["web"]


def is_refused(come: Callable[[], socket.socket]) -> bool:
    """Whether nobody is let in any longer."""
    try:
        come().close()
    except ConnectionRefusedError:
        return True
    return False
