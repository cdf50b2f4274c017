"""The collaborators that views, workers and commands share, made once for a process."""

from dataclasses import dataclass

from flask import current_app

from website.db import Database
from website.editions import EditionCache, EpochWatch
from website.settings import Settings
from website.tokens import Signer

EXTENSION = "carrel"


@dataclass(frozen=True)
class Services:
    """Settings, the database, the signer, and what is kept in memory."""

    settings: Settings
    db: Database
    signer: Signer
    epoch: EpochWatch
    pages: EditionCache


def make_services(settings: Settings) -> Services:
    """Everything a process needs, from its settings."""
    db = Database(settings.database_url or f"sqlite:///{settings.home}/carrel.db")
    signer = Signer([key.get_secret_value() for key in settings.secret_keys])
    return Services(settings, db, signer, EpochWatch(db), EditionCache())


def services() -> Services:
    """The services of the app that handles this request."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Services)  # noqa: S101 - narrows the type
    return found
