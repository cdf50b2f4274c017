"""A site on loopback that Stripe's events reach, a fake Stripe without a webhook, and the command beside them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
import stripe
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from stripe import WebhookEndpoint
from werkzeug.serving import make_server

from carrel.db import Base
from carrel.services import make_services
from carrel.settings import load
from payments.setup import trial
from payments.setup.commands import stripe_group
from tests.conftest import KEY
from tests.hooks import POSTGRES
from tests.support.databases import restore_sqlite
from tests.support.served import free_port
from website.app import create_app
from website.demo.fake_stripe import FakeStripe, running_fake_stripe

FULL = "sk_test_standin"


class Place:
    """The site's home and environment, as a server has them."""

    def __init__(self, home: Path, stripe: FakeStripe) -> None:
        self.home, self.stripe = home, stripe
        self.port = free_port()
        self.environ = {
            "CARREL_HOME": str(home),
            "CARREL_BASE_URL": f"http://127.0.0.1:{self.port}",
            "CARREL_SECRET_KEYS": KEY,
            "CONTACT_EMAIL": "help@carrel.example",
            "MAIL_FROM": "desk@carrel.example",
            "STRIPE_API_BASE": stripe.base_url,
        }
        self.key_file, self.secret_file = home / "stripe_secret_key", home / "stripe_webhook_secret"
        self._running = ExitStack()

    def run(self, *arguments: str, typed: str = "") -> Result:
        """`carrel stripe …`, in this environment."""
        return CliRunner().invoke(stripe_group, arguments, input=typed, env=self.environ)

    def obey(self) -> None:
        """Do what the command leaves to do by hand: name the files, and restart."""
        for name, file in (("STRIPE_SECRET_KEY", self.key_file), ("STRIPE_WEBHOOK_SECRET", self.secret_file)):
            if file.exists():
                self.environ[f"{name}_FILE"] = str(file)
        self.restart()

    def restart(self) -> None:
        """Serve with the settings of now."""
        self._running.close()
        self._running.enter_context(_serving(self.environ, self.port))

    def stop(self) -> None:
        """Serve no longer."""
        self._running.close()

    def set_up(self) -> None:
        """A first setup, all of it."""
        assert self.run("setup", typed=FULL).exit_code == 0
        self.obey()

    @property
    def endpoints(self) -> list[WebhookEndpoint]:
        """The webhooks that Stripe has, newest first."""
        return self.stripe_client().v1.webhook_endpoints.list().data

    def stripe_client(self) -> stripe.StripeClient:
        return stripe.StripeClient(FULL, base_addresses={"api": self.stripe.base_url})

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        db = make_services(load(self.environ)).db
        with db.read() as session:
            count = session.scalar(select(func.count()).select_from(Base.metadata.tables[table]))
        db.close()
        return count or 0


@contextmanager
def _serving(environ: dict[str, str], port: int) -> Iterator[None]:
    services = make_services(load(environ, demo=True))
    server = make_server("127.0.0.1", port, create_app(services), threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        services.db.close()


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A new site, not serving yet, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", POSTGRES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(trial, "WAIT_SECONDS", 5.0)
    home = tmp_path / "home"
    with running_fake_stripe(api_key=FULL) as fake_stripe:
        place = Place(home, fake_stripe)
        restore_sqlite(sqlite_template, home / sqlite_template.name)
        yield place
        place.stop()
