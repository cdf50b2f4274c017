"""The whole site as processes: gunicorn with several workers, the background worker, and people before it."""

import os
import resource
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import requests
from sqlalchemy import delete

from carrel.accounts.models import LimitHits
from carrel.db import Database
from carrel.mail.models import Alarm
from payments.models import Reconciliation
from tests.faults.database_probe import DatabaseProbe
from tests.support.buyer import PATIENCE_SECONDS, Buyer
from tests.support.served import free_port
from tests.support.smtp import FakeMailServer
from website.demo.fake_stripe import FakeStripe, running_fake_stripe
from website.migrations import migrate

ROOT = Path(__file__).parents[2]
KEY = "a-key-for-tests-only-of-32-bytes-or-more"
SECRETS = ("whsec_new", "whsec_old")
WAIT_SECONDS = 300.0  # only a site that is broken needs so long, on whatever machine
STOP_SECONDS = 40.0
Entry = tuple[str, ...]
PLAIN: Entry = ("-m", "website")
CRASHING: Entry = ("-m", "tests.support.crashing")


@dataclass
class Site(DatabaseProbe):
    """A running site, with control over the outside world and a look into the database."""

    url: str
    environ: Mapping[str, str]
    stripe: FakeStripe
    mail: FakeMailServer
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    root: Path = ROOT  # of the code that runs

    def start(self, name: str, *arguments: str, entry: Entry = PLAIN) -> None:
        """Start `carrel <arguments>`, entered in one way or another."""
        command = [sys.executable, *entry, *arguments]
        with Path(self.environ["CARREL_HOME"], f"{name}.log").open("ab") as out:
            self.children[name] = subprocess.Popen(
                command, env=self.environ, cwd=self.root, stdout=out, stderr=out
            )

    def start_worker(self, entry: Entry = PLAIN) -> None:
        """Start the worker, and let its first turn pass, which gives passes for whatever Stripe lists as paid."""
        before = self.count(Reconciliation.id > 0)
        self.start("worker", "worker", entry=entry)
        until(lambda: self.count(Reconciliation.id > 0) > before)

    def start_web(self, workers: int, entry: Entry = CRASHING) -> None:
        """Start the web processes, where they were before."""
        bind = ("--bind", self.url.removeprefix("http://"), "--workers", str(workers))
        self.start("web", "serve", *bind, entry=entry)
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        """The web processes are there."""
        until(lambda: self.children["web"].poll() is not None or _answers(f"{self.url}/pass/"))
        assert self.children["web"].poll() is None, Path(self.environ["CARREL_HOME"], "web.log").read_text()

    def stop(self, name: str, number: int = signal.SIGTERM) -> None:
        """End a process, and wait for it. A web process waits for whoever keeps a connection open: SIGQUIT does not."""
        child = self.children.pop(name)
        child.send_signal(number)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(STOP_SECONDS)

    def carrel(self, *arguments: str) -> str:
        """Run a command to its end; what it said."""
        said = Path(self.environ["CARREL_HOME"], "command.log")
        said.unlink(missing_ok=True)
        self.start("command", *arguments)
        self.children.pop("command").wait(120)
        return said.read_text("utf-8")

    def buyer(self) -> Buyer:
        """A new one."""
        return Buyer(self.url)

    def deliver(self, event: dict[str, Any], copies: int = 1, **how: Any) -> list[int]:
        """Bring an event to the webhook, all copies at the same instant; the statuses."""
        body, headers = self.stripe.webhooks.signed(event, **how)
        return self.send(body, headers, copies)

    def send(self, body: bytes, headers: dict[str, str], copies: int = 1) -> list[int]:
        """The same, with any bytes."""
        together = threading.Barrier(copies)

        def one(_: int) -> int:
            together.wait()
            address = f"{self.url}/webhooks/stripe"
            return requests.post(address, body, headers=headers, timeout=PATIENCE_SECONDS).status_code

        with ThreadPoolExecutor(copies) as pool:
            return list(pool.map(one, range(copies)))

    def completed(self, session_id: str) -> dict[str, Any]:
        """The event that tells of a paid session."""
        events = self.stripe.events("checkout.session.completed")
        return next(each for each in events if each["data"]["object"]["id"] == session_id)

    def begin(self) -> None:
        """Fair weather, no alarms, no limits reached."""
        self.stripe.reset()
        with self.db.write() as session:
            session.execute(delete(Alarm))
            session.execute(delete(LimitHits))

    @property
    def crash_order(self) -> Path:
        """The name of a point in this file ends the web process that comes by there (tests/support/crashing.py)."""
        return Path(self.environ["CRASH_FILE"])

    def web_pids(self) -> list[int]:
        """gunicorn's workers."""
        master = self.children["web"].pid
        return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def limit_files(self, size: int = resource.RLIM_INFINITY) -> None:
        """Let the web processes write no file beyond so many bytes: a full disk."""
        for pid in self.web_pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def until(holds: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """Wait until something holds; what it gave."""
    give_up = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < give_up, "it never came"
        time.sleep(0.05)
    return found


@contextmanager
def running_site(
    home: Path, database_url: str, workers: int = 2, entry: Entry = CRASHING, **environ: str
) -> Iterator[Site]:
    """Web and worker before a Stripe and a mail server of our own, until the block ends.

    The web processes can be made to end at a named point: `Site.crash_order`. Another `entry` is for both.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        stripe = stack.enter_context(
            running_fake_stripe(
                webhook_url=f"{url}/webhooks/stripe",
                webhook_secrets=SECRETS[:1],
                retry_delays=(0.2, 0.5, 1, 2, 4, 8),
            )
        )
        mail = stack.enter_context(FakeMailServer().running())
        db = Database(database_url)
        migrate(db)
        settings = environ_of(home, database_url, url) | {
            "STRIPE_SECRET_KEY": stripe.api_key,
            "STRIPE_API_BASE": stripe.base_url,
            "SMTP_URL": mail.url,
        }
        site = Site(db, url, settings | environ, stripe, mail)
        try:
            site.start_worker(PLAIN if entry == CRASHING else entry)
            site.start_web(workers, entry)
            yield site
        finally:
            for name in list(site.children):
                site.stop(name, signal.SIGQUIT if name == "web" else signal.SIGTERM)
            db.close()


def environ_of(home: Path, database_url: str, url: str) -> dict[str, str]:
    """The settings of a site of tests, for the environment of its processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CARREL_", "STRIPE_"))}
    return kept | {
        "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}",
        "CARREL_HOME": str(home),
        "CRASH_FILE": str(home / "crash"),
        "CARREL_BASE_URL": url,
        "CARREL_SECRET_KEYS": KEY + secrets.token_hex(8),
        "CARREL_PROXIES": "1",
        "DATABASE_URL": database_url,
        "STRIPE_WEBHOOK_SECRET": ",".join(SECRETS),
        "MAIL_FROM": "Carrel <desk@carrel.test>",
        "CONTACT_EMAIL": "help@carrel.test",
        "ALARM_EMAIL": "alarm@carrel.test",
        "POSTAL_ADDRESS": "1 Quiet Street",
    }


def _answers(address: str) -> bool:
    with suppress(URLError, OSError), urllib.request.urlopen(address, timeout=5) as response:
        return bool(response.status == 200)
    return False
