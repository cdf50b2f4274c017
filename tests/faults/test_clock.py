"""The clock of running processes jumps an hour ahead, then a day back: nothing is lost, doubled or immortal (DATA-23)."""

import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from carrel import clock
from carrel.findings import Level
from carrel.mail.models import OutboxMail
from carrel.settings import load
from newsletter.issues.models import Delivery
from newsletter.subscribers.models import Frequency
from tests.faults import wrong_clock
from tests.faults.site import Site, running_site, until
from tests.support.articles import put_article
from tests.support.buyer import Buyer
from tests.support.digests import add_subscribers
from website.doctor import machine_checks
from website.doctor.check_context import CheckContext

HOUR_AHEAD, DAY_BACK, RIGHT = 3600, -86400, 0
READERS = ["reader-0", "reader-1"]
LINK = re.compile(r"/sign-in/[\w-]{43}")


@dataclass
class Shaky:
    """A site, and the clock that all its processes see."""

    site: Site
    hands: Path

    def jump(self, seconds: int) -> None:
        """From this moment on the clock is wrong by so much."""
        aside = self.hands.with_suffix(".new")
        aside.write_text(str(seconds))
        aside.replace(self.hands)

    def pay(self, buyer: Buyer, session_id: str, name: str) -> None:
        """Somebody pays, and comes back from Stripe, whether or not the webhook could tell."""
        self.site.stripe.pay(session_id, email=f"{name}@example.org")
        assert buyer.return_from(session_id).status_code in {200, 303}
        until(lambda: self.site.passes(session_id))

    def buy(self, name: str) -> tuple[Buyer, str]:
        """Somebody new orders and pays."""
        buyer = self.site.buyer()
        session_id = buyer.order()
        self.pay(buyer, session_id, name)
        return buyer, session_id

    def link_for(self, email: str) -> str:
        """Ask for a sign-in link; its path."""
        self.site.buyer().press("/sign-in/", "/sign-in/", email=email)
        until(lambda: self.site.mail.mails_to(email))
        found = LINK.search(self.site.mail.mails_to(email)[-1].text())
        assert found
        return found[0]

    def opens(self, link: str) -> int:
        """What the page of a link answers, or the one that it goes on to without its token."""
        browser = self.site.buyer()
        page = browser.get(link)
        while page.status_code == 303:
            page = browser.get(page.headers["Location"])
        return page.status_code


@pytest.fixture
def shaky(tmp_path: Path) -> Iterator[Shaky]:
    """Web and worker whose clock is right so far, and two readers of the newsletter."""
    hands = tmp_path / "clock"
    hands.write_text(str(RIGHT))
    url = f"sqlite:///{tmp_path}/carrel.db"
    with running_site(tmp_path, url, 1, wrong_clock.ENTRY, CLOCK_FILE=str(hands)) as site:
        with site.db.write() as session:
            add_subscribers(session, len(READERS), frequency=Frequency.EACH)
        yield Shaky(site, hands)


def has_no_ads(buyer: Buyer) -> bool:
    return 'id="page-thanks"' in buyer.get("/").text  # only the pass edition has it


def leave_a_mail_in_a_dead_hand(site: Site) -> None:
    """The worker is killed after it handed a mail over, and before the mail server said that it has it."""
    may_answer, begun = threading.Event(), site.mail.verbs.count("BODY")
    site.mail.answer("BODY", may_answer)
    buyer = site.buyer()
    session_id = buyer.order()
    site.stripe.pay(session_id, email="held@example.org")
    buyer.return_from(session_id)
    until(lambda: site.mail.verbs.count("BODY") > begun)
    site.stop("worker", signal.SIGKILL)
    may_answer.set()


def test_data_23_pf_33_mf_30_the_clock_jumps_under_way(shaky: Shaky) -> None:
    site = shaky.site
    with site.db.write() as session:
        put_article(session, "news-1")
    until(lambda: site.count(Delivery.state == "sent") == len(READERS))
    anna, annas = shaky.buy("anna")
    early = shaky.link_for("early@example.org")
    assert shaky.opens(early) == 200

    shaky.jump(HOUR_AHEAD)
    assert shaky.opens(early) == 410
    assert has_no_ads(anna)
    bob, bobs = shaky.buy("bob")
    until(lambda: "webhook-clock" in site.alarms())
    late = shaky.link_for("late@example.org")
    leave_a_mail_in_a_dead_hand(site)
    carl = site.buyer()
    carls = carl.order()

    shaky.jump(DAY_BACK)
    assert shaky.opens(late) == 410
    assert has_no_ads(anna)
    assert has_no_ads(bob)
    site.start("worker", "worker", entry=wrong_clock.ENTRY)
    until(lambda: site.count(OutboxMail.state == "claimed") == 0)
    assert site.count(OutboxMail.state == "uncertain") == 1
    assert "mail-uncertain" in site.alarms()
    shaky.pay(carl, carls, "carl")
    seen = CheckContext(load(site.environ), site.db, clock.now() + timedelta(seconds=DAY_BACK))
    assert machine_checks.clock(seen).level is Level.ERROR

    shaky.jump(RIGHT)
    _, doras = shaky.buy("dora")
    until(lambda: site.count(OutboxMail.state.in_(["queued", "claimed"])) == 0)
    assert [site.passes(each) for each in (annas, bobs, carls, doras)] == [1] * 4
    assert times_mailed(site) == dict.fromkeys(
        ["anna", "bob", "carl", "dora", "held", *READERS, "early", "late"], 1
    )


def times_mailed(site: Site) -> dict[str, int]:
    """How many mails each of the people got; the operator has alarms besides."""
    people = (mail.to.partition("@") for mail in site.mail.mails)
    return dict(Counter(name for name, _, host in people if host == "example.org"))
