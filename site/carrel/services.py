"""The collaborators that views, workers and commands share, made once for a process."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from carrel.db import Database, DatabaseUnusableError
from carrel.page_cache import AudienceCache, CacheVersionWatch, PageCache, Versions
from carrel.settings import MAKE_A_KEY, Settings, SettingsError
from carrel.tokens import Signer

if TYPE_CHECKING:
    from flask import Flask

EXTENSION = "carrel"
SQLITE_FILE = "carrel.db"


@dataclass(frozen=True)
class Services:
    """Settings, the database, the signer, and the caches in memory."""

    settings: Settings
    db: Database
    signer: Signer
    cache_version: CacheVersionWatch
    page_cache: PageCache
    audience_cache: AudienceCache = field(default_factory=AudienceCache)


def make_services(settings: Settings, db: Database | None = None) -> Services:
    """Everything a process needs, from its settings; over a database that is open already, if one is given."""
    signer = signer_of(settings)
    db = db or open_database(settings)
    return Services(settings, db, signer, CacheVersionWatch(db), PageCache())


def signer_of(settings: Settings) -> Signer:
    """The signer with the site's keys. Raises `SettingsError` when there are none, or short ones."""
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
    except OSError as error:
        raise DatabaseUnusableError(f"The folder {settings.home} cannot be made: {error.strerror}.") from None
    if not os.access(settings.home, os.W_OK):
        raise DatabaseUnusableError(
            f"The folder {settings.home} is not writable. Change its owner, or set another CARREL_HOME."
        )
    return Database(database_url(settings), read_only=settings.read_only)


def database_url(settings: Settings) -> str:
    """Where the database of these settings is."""
    return settings.database_url or f"sqlite:///{settings.home / SQLITE_FILE}"


def existing_database(settings: Settings) -> Database:
    """The database of these settings, if there is one: a folder that is no site's is left alone.

    Raises `DatabaseUnusableError`.
    """
    if not has_database(settings):
        raise DatabaseUnusableError(
            f"There is no database in {settings.home}: go to the folder of your site, or make one with carrel migrate."
        )
    return open_database(settings)


def has_database(settings: Settings) -> bool:
    """Whether there is one. A database server is taken to have it: only connecting would tell."""
    return bool(settings.database_url) or (settings.home / SQLITE_FILE).exists()


def services() -> Services:
    """The services of the app that handles this request."""
    from flask import current_app  # here, as commands need no web framework and should not wait for it

    return services_of(current_app)


def services_of(app: "Flask") -> Services:
    """The services that this app was made with."""
    app_services = app.extensions[EXTENSION]
    assert isinstance(app_services, Services)  # noqa: S101 - narrows the type
    return app_services


def cache_version() -> int:
    """The cache version of this request's pages."""
    return _versions().pages


def audience_version() -> int:
    """The version of audiences for this request."""
    return _versions().audiences


def _versions() -> Versions:
    """Read once, so that all of the request goes by the same ones."""
    from flask import g  # here, for the same reason

    if "cache_versions" not in g:
        g.cache_versions = services().cache_version.current()
    versions: Versions = g.cache_versions
    return versions
