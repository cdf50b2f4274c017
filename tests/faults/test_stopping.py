"""SIGTERM ends web and worker within thirty seconds, and what is in hand is finished (DATA-24)."""

import signal
import threading
import time
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
