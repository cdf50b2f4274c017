"""A later release starts beside this one over the same database: both sell and serve until the old one stops (DATA-14)."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.faults import later_release
from tests.faults.site import PLAIN, Site, running_site, until
from tests.support.buyer import Buyer
from tests.support.served import free_port


@pytest.fixture
def now(empty_database: str, tmp_path: Path) -> Iterator[Site]:
    """This release, at work."""
    with running_site(tmp_path, empty_database, workers=1) as site:
        yield site


@pytest.fixture
def later(now: Site, tmp_path: Path) -> Iterator[Site]:
    """The later release on the same home and database, not started yet."""
    code, port = later_release.make(tmp_path / "later"), free_port()
    environ = {**now.environ, "PYTHONPATH": f"{code / 'site'}:{code}"}
    site = replace(now, url=f"http://127.0.0.1:{port}", environ=environ, children={}, root=code)
    yield site
    for name in list(site.children):
        site.stop(name, signal.SIGQUIT)


def buyer_at(site: Site, address: str) -> Buyer:
    """Somebody whom nginx leads to these processes; the site's address is the same for all."""
    buyer = site.buyer()
    buyer.session.headers.update({"Origin": address, "Host": address.removeprefix("http://")})
    return buyer


def answers(buyer: Buyer) -> bool:
    with suppress(requests.ConnectionError):  # it is still starting
        return buyer.get("/pass/").status_code == 200
    return False


def pay(site: Site, session_id: str, name: str) -> None:
    """The money arrives, and with it pass and mail."""
    site.stripe.pay(session_id, email=f"{name}@example.org")
    until(lambda: site.passes(session_id) == 1 and site.ad_free(session_id))
    until(lambda: len(site.mail.mails_to(f"{name}@example.org")) == 1)


def reads(buyer: Buyer) -> bool:
    """Every page without ads."""
    return all('id="page-thanks"' in buyer.get("/").text for _ in range(3))


def test_data_14_two_releases_work_side_by_side(now: Site, later: Site) -> None:
    anna, bob = now.buyer(), now.buyer()
    annas, bobs = anna.order(), bob.order()
    pay(now, annas, "anna")

    assert "now up to date" in later.carrel("migrate")
    later.start("web", "serve", "--bind", later.url.removeprefix("http://"), "--workers", "1", entry=PLAIN)
    until(lambda: answers(buyer_at(later, now.url)))
    os.kill(now.web_pids()[0], signal.SIGKILL)  # a process of the old release that is born anew meanwhile
    now.wait_until_it_answers()

    pay(now, bobs, "bob")  # ordered before the migration, paid after it
    carl, dora = now.buyer(), buyer_at(later, now.url)
    for buyer, name in ((carl, "carl"), (dora, "dora")):
        pay(now, buyer.order(), name)
    assert [reads(each) for each in (anna, bob, carl, dora)] == [True] * 4

    now.stop("web", signal.SIGQUIT)  # a rollback, or a restart by the machine: the later schema lets it start
    now.start("web", "serve", "--bind", now.url.removeprefix("http://"), "--workers", "1", entry=PLAIN)
    now.wait_until_it_answers()
    assert reads(anna)

    for name in ("web", "worker"):
        now.stop(name)
    later.start("worker", "worker")
    erin = buyer_at(later, now.url)
    erins = erin.order()
    later.stripe.pay(erins, email="erin@example.org")
    erin.return_from(erins)
    until(lambda: later.mail.mails_to("erin@example.org"))
    for buyer in (anna, bob, carl):
        buyer.url = later.url
        buyer.session.headers["Host"] = now.url.removeprefix("http://")
    assert [reads(each) for each in (anna, bob, carl, dora, erin)] == [True] * 5
