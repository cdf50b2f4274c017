"""Everything at once before a running site: people buy, get their money back and subscribe, and articles appear."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import requests
from sqlalchemy.exc import OperationalError

from articles.publish import publish
from carrel.settings import load
from tests.faults.site import Site
from tests.support.articles import article_md, exam_toml, write_files
from website.demo.fake_stripe import NotPayableError

# What people meet while processes are killed: no connection, half an answer, an error page; an author whose
# publication finds the database busy runs it again.
MISFORTUNES = (requests.RequestException, AssertionError, KeyError, NotPayableError, OperationalError)


@dataclass
class Load:
    """What was done, as far as whoever did it knows."""

    site: Site
    content: Path
    paid: list[str] = field(default_factory=list)
    refunded: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Load":
        for act in (self.buy, self.buy, self.refund, self.subscribe, self.publish):
            thread = threading.Thread(target=self._again_and_again, args=(act,))
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def _again_and_again(self, act: Callable[[Random], None]) -> None:
        chance = Random(act.__name__)
        while not self._over.is_set():
            try:
                with suppress(*MISFORTUNES):
                    act(chance)
            except BaseException as failure:
                self.failures.append(failure)
                return
            time.sleep(chance.uniform(0.05, 0.4))

    def buy(self, chance: Random) -> None:
        """Somebody new buys; each has an address of their own, so that a second mail is seen."""
        buyer = self.site.buyer()
        session_id = buyer.order()
        self.site.stripe.pay(session_id, email=f"buyer-{chance.getrandbits(60):x}@example.com")
        self.paid.append(session_id)
        if chance.random() < 0.5:
            buyer.return_from(session_id)

    def refund(self, chance: Random) -> None:
        """The operator gives somebody's money back, at Stripe."""
        if open_ := [each for each in list(self.paid) if each not in self.refunded]:
            chosen = chance.choice(open_)
            self.refunded.append(chosen)
            self.site.stripe.refund(chosen)

    def subscribe(self, chance: Random) -> None:
        """Somebody types an address into the box."""
        form = {"email": f"sub-{chance.getrandbits(60):x}@example.com", "pace": "each", "website": ""}
        self.site.buyer().session.post(f"{self.site.url}/subscribe/", form, timeout=30)

    def publish(self, _chance: Random) -> None:
        """One more article; those who want each one get it by mail."""
        slug = f"news-{len(self.published)}"
        write_files(
            self.content, {"cpb/exam.toml": exam_toml(), f"cpb/{slug}.md": article_md(f"News {slug}")}
        )
        settings = load(self.site.environ, home=Path(self.site.environ["CARREL_HOME"]), content=self.content)
        publish(settings, self.site.db)
        self.published.append(slug)
        self._over.wait(3)
