"""The code of today over a home that an older release made: the only file here that names its modules."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import pysqlite3
import time_machine
from flask import Flask
from sqlalchemy import text

from carrel.db import Database
from carrel.services import Services, make_services
from carrel.settings import Settings, load
from payments.stripe.events import HANDLED_EVENTS as WEBHOOK_EVENTS
from tests.support.browser import Browser
from tests.support.digests import deliver as deliver_digests
from tests.support.outbox import run as deliver_outbox
from tests.support.smtp import FakeMailServer
from website.app import create_app
from website.cli import carrel
from website.migrations import migrate

__all__ = ["WEBHOOK_EVENTS", "Database", "Settings", "carrel"]  # what else is looked at
HERE = Path(__file__).parent / "home"
HOME: dict[str, Any] = json.loads((HERE / "home.json").read_text("utf-8"))
NO_FILE = HERE / "no-carrel.toml"
LATER = datetime.fromisoformat(HOME["made_at"]) + timedelta(hours=1)  # its sessions and its confirm link live


@dataclass
class Site:
    """The kept home, migrated and served by the code of today, an hour after it was made."""

    app: Flask
    services: Services
    mail: FakeMailServer

    @property
    def admin(self) -> Flask:
        """The operators' app."""
        admin = self.app.extensions["admin"]
        assert isinstance(admin, Flask)
        return admin

    def browser(self, cookie: str = "") -> "Visitor":
        """A browser; with the session of somebody from the home."""
        return Visitor(self.app, self.services.settings.base_url, cookie)

    def sql(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Run a statement on the tables, whose names are part of the contract."""
        with self.services.db.write() as session:
            done = session.execute(text(statement), values)
            return [tuple(row) for row in done] if done.returns_rows else []  # type: ignore[attr-defined]

    def send_everything(self) -> None:
        """Send what waits in the outbox, then a digest about an article that is new."""
        deliver_outbox(self.services)
        self.sql("UPDATE article SET first_visible_at = :now WHERE id = 2", now="2026-11-21 12:59:00.000000")
        deliver_digests(self.services)


class Visitor(Browser):
    """A browser at the site's own address."""

    def __init__(self, app: Flask, base_url: str, cookie: str) -> None:
        super().__init__(app)
        self._with["base_url"] = base_url
        self._with["headers"]["Origin"] = base_url
        if cookie:
            self.client.set_cookie(HOME["cookies"]["name"], cookie, domain="carrel.test", secure=True)


@contextmanager
def open_home(folder: Path, base_url: str = HOME["base_url"]) -> Iterator[Site]:
    """Load the home into `folder`, migrate it, and serve it. The clock stands an hour after its making."""
    with time_machine.travel(LATER, tick=False), FakeMailServer().running() as mail:
        (folder / "carrel.db").write_bytes(_migrated())
        services = make_services(_settings(folder, base_url, mail.url))
        try:
            yield Site(create_app(services), services, mail)
        finally:
            services.db.close()


@cache
def _migrated() -> bytes:
    """The home's database, as the migrations of today leave it: the same for all who open it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "carrel.db"
        connection = pysqlite3.connect(file)
        connection.executescript((HERE / "home.sql").read_text("utf-8"))
        connection.close()
        db = Database(f"sqlite:///{file}")
        migrate(db)
        db.close()
        return file.read_bytes()


@contextmanager
def open_empty(folder: Path) -> Iterator[Database]:
    """A new database, as the migrations make it."""
    db = Database(f"sqlite:///{folder / 'empty.db'}")
    try:
        migrate(db)
        yield db
    finally:
        db.close()


def _settings(folder: Path, base_url: str, smtp_url: str) -> Settings:
    return load(
        {},
        NO_FILE,
        home=folder,
        base_url=base_url,
        secret_keys=(HOME["secret_key"],),
        database_url=f"sqlite:///{folder / 'carrel.db'}",
        smtp_url=smtp_url,
        mail_from="Carrel <desk@carrel.test>",
        contact_email="help@carrel.test",
        postal_address="Carrel, 1 Quiet Street, Springfield",
        stripe_secret_key="sk_test_carrel",
        stripe_webhook_secret=("whsec_carrel",),
    )


def is_read(name: str) -> bool:
    """Whether the environment variable of this name, in its `_FILE` form, is a setting."""
    try:
        load({f"{name}_FILE": os.devnull + "/missing"}, NO_FILE)
    except Exception as refused:  # its class is internal
        return "cannot be read" in str(refused)
    return False


def commands_of(group: click.Command, path: str = "carrel") -> Iterator[tuple[str, click.Command]]:
    """A command with everything under it, by the words that a person types."""
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command
            yield from commands_of(command, f"{path} {name}")
