"""kill -9 at random, of web and worker, under mixed load: no money, no pass, no mail is lost or doubled (DATA-04, N9)."""

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, or_, select, update

from articles import queries
from carrel import clock
from carrel.mail.models import OutboxMail, OutboxState
from newsletter.issues.models import Delivery
from newsletter.subscribers.models import Frequency
from payments.ledger import rebuild
from payments.models import StripeEvent
from tests.faults.conftest import FULL
from tests.faults.load import Load
from tests.faults.site import WAIT_SECONDS, Site, running_site, until
from tests.support.crashing import POINTS
from tests.support.digests import add_subscribers
from website.backup.sqlite_copy import verify

KILLS = 500 if FULL else 3
PURCHASES = 100 if FULL else 3  # at least; the kills slow everybody down
SUBSCRIBERS = 3
PAST = timedelta(minutes=1)
log = logging.getLogger(__name__)


@pytest.fixture
def site(empty_database: str, tmp_path: Path) -> Iterator[Site]:
    """A site with three subscribers who want each article at once."""
    with running_site(tmp_path, empty_database) as running:
        with running.db.write() as session:
            add_subscribers(session, SUBSCRIBERS, frequency=Frequency.EACH)
        yield running


def kill_somebody(site: Site, chance: Random) -> None:
    """A web process where it is or at a point that it comes by, all of them, or the worker."""
    match chance.choice(["web", "web", "point", "master", "worker", "worker"]):
        case "web":
            with suppress(ProcessLookupError, IndexError):  # it is being replaced
                os.kill(chance.choice(site.web_pids()), signal.SIGKILL)
        case "point":
            site.crash_order.write_text(chance.choice(list(POINTS)))
        case "master":
            group = site.children["web"].pid
            site.stop("web", signal.SIGKILL)
            with suppress(
                ProcessLookupError
            ):  # the workers too, as systemd does it: for up to half a minute they hold the port
                os.killpg(group, signal.SIGKILL)
            site.start_web(workers=2)
        case "worker":
            site.stop("worker", signal.SIGKILL)
            site.start("worker", "worker")


def release_what_the_dead_held(site: Site) -> None:
    """What the dead held is given back at once instead of in ten minutes; then a worker finishes everything."""
    site.crash_order.unlink(missing_ok=True)
    site.stop("worker", signal.SIGKILL)
    with suppress(TimeoutError):
        site.stripe.webhooks.drain(WAIT_SECONDS)
    past = clock.now() - PAST
    with site.db.write() as session:
        session.execute(update(StripeEvent).values(leased_until=None, next_try_at=past))
        for model in (OutboxMail, Delivery):
            held = update(model).where(model.state == "claimed")
            session.execute(held.values(lease_until=past))
    site.start("worker", "worker")
    until(lambda: is_settled(site) and site.count(Delivery.id > 0))


def is_settled(site: Site) -> bool:
    open_ = [
        (StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None)),
        OutboxMail.state.in_(["queued", "claimed"]),
        Delivery.state.in_(["queued", "claimed"]),
    ]
    return [site.count(each) for each in open_] == [0, 0, 0]


def test_data_04_killed_again_and_again_under_mixed_load_everything_adds_up(
    site: Site, tmp_path: Path
) -> None:
    chance = Random(20261122)
    with Load(site, tmp_path / "content") as load:
        until(lambda: len(load.paid) >= 2 and load.published)
        for count in range(1, KILLS + 1):
            time.sleep(chance.uniform(0.1, 1.0))
            kill_somebody(site, chance)
            if count % 25 == 0:
                tell(site, load, count)
        until(lambda: len(load.paid) >= PURCHASES)
    assert load.failures == []
    release_what_the_dead_held(site)

    if site.db.is_sqlite:
        verify(Path(str(site.db.url.database)))  # integrity and foreign keys
    paid = set(load.paid)
    until(lambda: all(site.passes(each) == 1 for each in paid))
    until(lambda: [each for each in paid if site.ad_free(each) == (each in load.refunded)] == [])
    assert {each: (site.passes(each), len(site.payments(each))) for each in paid} == dict.fromkeys(
        paid, (1, 1)
    )
    assert list(rebuild.find_mismatches(site.db)) == []
    no_mail_twice(site)
    every_mail_that_was_sent_arrived(site)
    the_logs_tell_of_nobody(site)
    with site.db.read() as session:
        there = {article.slug for article in queries.newest(session, clock.now(), 1000)}
    assert there == set(load.published)
    tell(site, load, KILLS)


def tell(site: Site, load: Load, kills: int) -> None:
    """How it goes: five hundred kills take the better part of an hour (`make faults` shows it)."""
    figures = (kills, len(load.paid), len(load.refunded), len(load.published), len(site.mail.mails))
    log.info("%d kills; %d payments, %d refunds, %d articles, %d mails", *figures)


def the_logs_tell_of_nobody(site: Site) -> None:
    """Whatever failed meanwhile, no address and no key stands in a log (PAY-30)."""
    home = Path(site.environ["CARREL_HOME"])
    logs = "".join((home / f"{name}.log").read_text("utf-8") for name in ("web", "worker"))
    secret = [
        site.environ["CARREL_SECRET_KEYS"],
        site.stripe.api_key,
        "whsec_",
        "@example.com",
        "@example.org",
    ]
    assert [each for each in secret if each in logs] == []


def no_mail_twice(site: Site) -> None:
    """A mail that somebody waits for is sent again after a crash (those to sub-…); no other is."""
    mails = [mail for mail in site.mail.mails if not mail.to.startswith("sub-")]
    arrived = Counter((mail.to, str(mail.message["Message-ID"])) for mail in mails)
    assert {key: count for key, count in arrived.items() if count > 1} == {}


def every_mail_that_was_sent_arrived(site: Site) -> None:
    arrived = {mail.to for mail in site.mail.mails}
    with site.db.read() as session:
        sent = session.scalars(
            select(OutboxMail.to_address).where(OutboxMail.state == OutboxState.SENT)
        ).all()
        digests = session.scalar(
            select(func.count()).where(or_(Delivery.state == "sent", Delivery.state == "uncertain"))
        )
        states = set(session.scalars(select(OutboxMail.state)))
    assert {to for to in sent if to} <= arrived
    assert states <= {"sent", "uncertain", "suppressed"}
    assert digests
