"""The collaborators that views, workers and commands share, made once for a process."""

import os
from dataclasses import dataclass, field

from carrel.db import Database, DatabaseUnusableError
from carrel.page_cache import AudienceCache, CacheVersionWatch, PageCache
from carrel.settings import MAKE_A_KEY, Settings, SettingsError
from carrel.tokens import Signer

EXTENSION = "carrel"
SQLITE_FILE = "carrel.db"


@dataclass(frozen=True)
class Services:
    """Settings, the database, the signer, and what is kept in memory."""

    settings: Settings
    db: Database
    signer: Signer
    epoch: CacheVersionWatch
    pages: PageCache
    verdicts: AudienceCache = field(default_factory=AudienceCache)


def make_services(settings: Settings) -> Services:
    """Everything a process needs, from its settings."""
    signer = signer_of(settings)
    db = open_database(settings)
    return Services(settings, db, signer, CacheVersionWatch(db), PageCache())


def signer_of(settings: Settings) -> Signer:
    """Signs with the site's keys. Raises `SettingsError` when there are none, or short ones."""
    try:
        return Signer([key.get_secret_value() for key in settings.secret_keys])
    except ValueError:
        raise SettingsError(f"CARREL_SECRET_KEYS is missing or too short: {MAKE_A_KEY}") from None


def open_database(settings: Settings) -> Database:
    """The database of these settings: SQLite under `CARREL_HOME` unless `DATABASE_URL` names another.

    Raises `DatabaseUnusableError` when the folder cannot be made or written.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise DatabaseUnusableError(f"The folder {settings.home} cannot be made: {wrong.strerror}.") from None
    if not os.access(settings.home, os.W_OK):
        raise DatabaseUnusableError(
            f"The folder {settings.home} cannot be written. Change its owner or CARREL_HOME."
        )
    return Database(settings.database_url or f"sqlite:///{settings.home / SQLITE_FILE}")


def existing_database(settings: Settings) -> Database:
    """The database of these settings, which is there: nothing is made in a folder that is no site's.

    Raises `DatabaseUnusableError`.
    """
    if not has_database(settings):
        raise DatabaseUnusableError(
            f"There is no database in {settings.home}: go to the folder of your site, or make one with carrel migrate."
        )
    return open_database(settings)


def has_database(settings: Settings) -> bool:
    """Whether there is one. Of another server's nothing is known before it is asked."""
    return bool(settings.database_url) or (settings.home / SQLITE_FILE).exists()


def services() -> Services:
    """The services of the app that handles this request."""
    from flask import current_app  # here, as commands need no web framework and should not wait for it

    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Services)  # noqa: S101 - narrows the type
    return found
