"""A mail server that fails a running `carrel worker`: one worker and its site for all that is tried on it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select, update

from carrel import clock
from carrel.mail.models import Alarm
from carrel.services import Services, make_services
from carrel.settings import Settings, load
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState
from newsletter.subscribers.models import Subscriber
from tests.conftest import BASE_URL, KEY
from tests.hooks import POSTGRES
from tests.support.articles import put_article
from tests.support.databases import create_postgres
from tests.support.digests import (
    add_subscribers,
    count_states,
    make_all_due,
    put_issue,
    start_schedule,
    wait_until,
)
from tests.support.smtp import FakeMailServer, Mail, make_certificate
from tests.support.worker import FULL, on_one_database, worker

READERS = 200 if FULL else 12
pytestmark = pytest.mark.faults


@dataclass
class Newsroom:
    """A site whose worker runs, and the mail server that it sends to."""

    services: Services
    mail: FakeMailServer
    numbers: Iterator[int] = field(default_factory=count)

    def publish(self, text: str = "New.") -> str:
        """Something new for every reader; the worker does the rest. What its issue is called."""
        slug = f"news-{next(self.numbers)}"
        self.mail.mails.clear()
        with self.services.db.write() as session:
            put_article(session, slug, text=text)
        return f"article:{slug}"

    def deliveries(self, issue: str) -> list[Delivery]:
        """Those of an issue; none before it is frozen."""
        of_issue = select(Delivery).join(Issue, Issue.id == Delivery.issue_id).where(Issue.period == issue)
        with self.services.db.read() as session:
            count_states(session)  # asserts that the accounts of all issues add up
            return list(session.scalars(of_issue.order_by(Delivery.id)))

    def wait_for(self, issue: str, **counts: int) -> list[Delivery]:
        """Wait until so many of its deliveries stand there."""
        wait_until(lambda: self.counted(issue) == counts)
        return self.deliveries(issue)

    def counted(self, issue: str) -> dict[str, int]:
        """How many deliveries of an issue stand where."""
        count_states = [delivery.state for delivery in self.deliveries(issue)]
        return {state: count_states.count(state) for state in set(count_states)}

    def is_finished(self, issue: str) -> bool:
        """Nothing of it will be sent any more."""
        with self.services.db.read() as session:
            named = select(Issue.state).where(Issue.period == issue)
            return session.scalars(named).one() == IssueState.FINISHED

    def alarm(self, key: str) -> str:
        """What an alarm says; nothing when it was not raised."""
        with self.services.db.read() as session:
            return session.scalars(select(Alarm.text).where(Alarm.key == key)).first() or ""

    def arrived(self) -> list[Mail]:
        """What came of the newest issue: to nobody twice."""
        assert len({mail.to for mail in self.mail.mails}) == len(self.mail.mails)
        return self.mail.mails


def site_on(database_url: str, home: Path, smtp_url: str) -> Settings:
    return load(
        {},
        home=home,
        base_url=BASE_URL,
        secret_keys=(KEY,),
        database_url=database_url,
        smtp_url=smtp_url,
        mail_from="Carrel <desk@carrel.test>",
        contact_email="help@carrel.test",
        postal_address="Carrel, 1 Quiet Street, Springfield",
        digest_connections=2,
    )


@contextmanager
def running(database_url: str, home: Path) -> Iterator[Newsroom]:
    with FakeMailServer().running() as mail:
        services = make_services(site_on(database_url, home, mail.url))
        with services.db.write() as session:
            add_subscribers(session, READERS)
        start_schedule(services)
        try:
            with worker(services.settings):
                yield Newsroom(services, mail)
        finally:
            services.db.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def newsroom(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    home = tmp_path_factory.mktemp("newsroom")
    if request.param == "postgres":
        if POSTGRES not in os.environ:
            pytest.skip("PostgreSQL's programs are not installed")
        url = create_postgres(os.environ[POSTGRES])
    else:
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), home / 'carrel.db')}"
    with running(url, home) as started:
        yield started


def test_mf_07_a_running_worker_backs_off_at_421_and_goes_on_with_the_next(newsroom: Newsroom) -> None:
    newsroom.mail.answer("MAIL", 0.0, times=4)
    newsroom.mail.answer("MAIL", "421 4.7.0 too many, come back later", times=4)  # old and new connections'
    issue = newsroom.publish()

    def put_off() -> list[Delivery]:
        return [delivery for delivery in newsroom.deliveries(issue) if delivery.problem.startswith("421")]

    wait_until(lambda: newsroom.counted(issue).get("sent", 0) + len(put_off()) == READERS)
    assert {delivery.state for delivery in put_off()} == {DeliveryState.QUEUED}
    assert all(delivery.due_at > clock.now() + timedelta(minutes=2) for delivery in put_off())
    first = [mail.to for mail in newsroom.arrived()]

    make_all_due(newsroom.services)
    newsroom.wait_for(issue, sent=READERS)
    arrived = [mail.to for mail in newsroom.arrived()]
    assert (arrived[: len(first)], len(arrived)) == (first, READERS)


def test_mf_08_a_running_worker_tries_the_same_mail_again_when_the_server_closes_within_it(
    newsroom: Newsroom,
) -> None:
    newsroom.mail.close_mid_data()
    issue = newsroom.publish(text="A long text. " * 20_000)

    before = newsroom.wait_for(issue, sent=READERS - 1, queued=1)
    assert len(newsroom.arrived()) == READERS - 1
    make_all_due(newsroom.services)
    after = newsroom.wait_for(issue, sent=READERS)
    assert [delivery.id for delivery in before] == [delivery.id for delivery in after]
    assert len(newsroom.arrived()) == READERS


def test_mf_09_a_running_worker_calls_a_mail_uncertain_whose_reply_was_lost(newsroom: Newsroom) -> None:
    newsroom.mail.close_after_data()
    issue = newsroom.publish()

    newsroom.wait_for(issue, sent=READERS - 1, uncertain=1)
    wait_until(lambda: newsroom.is_finished(issue))
    make_all_due(newsroom.services)
    assert len(newsroom.arrived()) == READERS
    (one, *_) = newsroom.deliveries(issue)
    assert "1 more may or may not have arrived" in newsroom.alarm(f"digest-uncertain:{one.issue_id}")


def test_mf_31_a_mail_that_a_running_worker_cannot_make_fails_alone(newsroom: Newsroom) -> None:
    one = update(Subscriber).where(Subscriber.email_key == "reader-7@example.org")
    with newsroom.services.db.write() as session:
        session.execute(one.values(email="no address at all"))
    issue = newsroom.publish()

    deliveries = newsroom.wait_for(issue, sent=READERS - 1, failed=1)
    assert [
        delivery.problem.partition(":")[0]
        for delivery in deliveries
        if delivery.state == DeliveryState.FAILED
    ] == ["InvalidAddressError"]
    assert len(newsroom.arrived()) == READERS - 1
    with newsroom.services.db.write() as session:
        session.execute(one.values(email="reader-7@example.org"))


@on_one_database
def test_mf_11_a_running_worker_sends_nothing_when_starttls_was_stripped_or_the_certificate_is_nobodys(
    database_url: str, tmp_path: Path
) -> None:
    with FakeMailServer().running() as mail:
        # Not written as 127.0.0.1, it is a machine like any other, to which the way must be encrypted.
        services = make_services(site_on(database_url, tmp_path, f"smtp://127.1:{mail.port}"))
        newsroom = Newsroom(services, mail)
        put_issue(services, 3)
        with worker(services.settings):
            wait_until(lambda: "offers no encryption" in newsroom.alarm("mail-server"))
            mail.tls, _ = make_certificate(tmp_path)
            wait_until(lambda: "certificate verify failed" in newsroom.alarm("mail-server"))
        assert [delivery.begun_at for delivery in newsroom.deliveries("article:new")] == [None] * 3
        services.db.close()
    assert not {"MAIL", "AUTH"} & set(mail.verbs)
