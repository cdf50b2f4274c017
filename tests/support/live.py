"""The whole site on loopback, in this process: web, worker, a stand-in for Stripe, a mail server."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from articles.publish import publish
from carrel.ads.samples import seed_demo_ads
from carrel.services import Services, make_services
from carrel.settings import Settings, load
from tests.support.served import free_port
from tests.support.smtp import FakeMailServer
from website.app import create_app
from website.demo.fake_stripe import FakeStripe, running_fake_stripe
from website.migrations import migrate
from website.worker import Worker, steps

KEY = "a-key-for-tests-only-of-32-bytes-or-more"
WEBHOOK_SECRET = "whsec_live"
API_KEY = "sk_test_live"
FIXED: dict[str, Any] = {
    "demo": True,
    "secret_keys": (KEY,),
    "stripe_secret_key": API_KEY,
    "stripe_webhook_secret": (WEBHOOK_SECRET,),
    "mail_from": "Carrel <desk@carrel.example>",
    "contact_email": "help@carrel.example",
    "alarm_email": "alarm@carrel.example",
    "postal_address": "Carrel, 1 Quiet Street, Springfield",
}
BACKUP = "nightly backup"  # it would begin ten minutes into a run of the tests, in whichever test came then
CONTENT = Path(__file__).parents[2] / "articles" / "content"


@dataclass(frozen=True)
class LiveSite:
    """A running site, with control over the outside world."""

    url: str
    app: Flask
    services: Services
    stripe: FakeStripe
    mail: FakeMailServer

    @property
    def settings(self) -> Settings:
        """What it runs on."""
        return self.services.settings


@contextmanager
def live_site(
    home: Path, database_url: str = "", content: Path = CONTENT, port: int = 0, **extra: object
) -> Iterator[LiveSite]:
    """Run everything until the block ends."""
    with ExitStack() as stack:
        port = port or free_port()
        url = f"http://127.0.0.1:{port}"
        mail = stack.enter_context(FakeMailServer().running())
        stripe = stack.enter_context(
            running_fake_stripe(
                webhook_url=f"{url}/webhooks/stripe", webhook_secrets=(WEBHOOK_SECRET,), api_key=API_KEY
            )
        )
        neighbors = {"base_url": url, "smtp_url": mail.url, "stripe_api_base": stripe.base_url}
        folders = {"home": home, "content": content, "database_url": database_url}
        settings = load({}, **FIXED | folders | neighbors | extra)
        services = stack.enter_context(_prepared(settings))
        app = create_app(services)
        stack.enter_context(_serving(app, port))
        stack.enter_context(_working(services))
        yield LiveSite(url, app, services, stripe, mail)


@contextmanager
def _prepared(settings: Settings) -> Iterator[Services]:
    services = make_services(settings)
    try:
        migrate(services.db)
        publish(settings, services.db)
        with services.db.write() as session:
            seed_demo_ads(session, settings)
        yield services
    finally:
        services.db.close()


@contextmanager
def _serving(app: Flask, port: int) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def _working(services: Services) -> Iterator[None]:
    worker = Worker(services, [step for step in steps() if step.name != BACKUP])
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(30)
