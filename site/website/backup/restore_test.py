"""The restore test: a backup is restored into a scratch folder, and its site is asked for ten pages (DATA-11)."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Flask
from pydantic import BaseModel, SecretStr, ValidationError

from articles import queries
from carrel import clock
from carrel.db import Database
from carrel.services import Services, make_services
from carrel.settings import Settings
from carrel.tokens import new_token
from website.backup import archive, backup_store, create, home_lock, postgres_copy, sqlite_copy
from website.backup.archive import Manifest
from website.backup.contents import Contents
from website.backup.errors import BackupError, InvalidBackupError

RESULT = "last-test.json"
PAGES = (
    "/healthz",
    "/",
    "/search?q=study",
    "/feed.xml",
    "/sitemap.xml",
    "/subscribe/",
    "/sign-in/",
    "/robots.txt",
)
ARTICLES = 10
CreateApp = Callable[[Services], Flask]  # handed in, as the app itself shows the result of the last test


class RestoreTestResult(BaseModel):
    """What a restore test found. `problem` is empty when the backup was good; `last_good_at` outlives failures."""

    backup: str
    tested_at: datetime
    problem: str = ""
    last_good_at: datetime | None = None


def last_result(home: Path) -> RestoreTestResult | None:
    """The result of the last test, if there was one."""
    try:
        return RestoreTestResult.model_validate_json((home / backup_store.FOLDER / RESULT).read_text("utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def run(settings: Settings, file: Path, create_app: CreateApp) -> RestoreTestResult:
    """Restore a backup elsewhere, verify all of it, and save what was found. Raises `BackupBusyError`."""
    with home_lock.backup_lock(backup_store.folder(settings.home)):
        backup_store.clean_up(settings.home)
        now, last = clock.now(), last_result(settings.home)
        good_at = last.last_good_at if last else None
        try:
            _verify(settings, file, create_app)
            result = RestoreTestResult(backup=file.name, tested_at=now, last_good_at=now)
        except (BackupError, OSError) as error:
            result = RestoreTestResult(
                backup=file.name, tested_at=now, problem=str(error), last_good_at=good_at
            )
        save_result(settings.home, result)
        return result


def _verify(settings: Settings, file: Path, create_app: CreateApp) -> None:
    with create.scratch_folder(settings.home) as folder:
        manifest = archive.read(file, folder)
        with _scratch_site(settings, folder, manifest) as services:
            restored = _contents(services.db)
            if restored != manifest.contents:
                raise InvalidBackupError(file, "what was restored is not what was saved")
            if failing := _failing_pages(services, create_app):
                raise InvalidBackupError(file, f"the restored site does not serve {', '.join(failing)}")


@contextmanager
def _scratch_site(settings: Settings, folder: Path, manifest: Manifest) -> Iterator[Services]:
    with _scratch_database(settings, folder, manifest) as url:
        services = make_services(settings.model_copy(update=_scratch_settings(settings, folder, url)))
        try:
            yield services
        finally:
            services.db.close()


def _scratch_settings(settings: Settings, folder: Path, url: str) -> dict[str, object]:
    """Settings that reach nothing of the real site, with a key of their own."""
    keys = (SecretStr(new_token()),)
    base_url = settings.base_url or "http://127.0.0.1"
    return {"home": folder, "database_url": url, "base_url": base_url, "secret_keys": keys, "media_url": ""}


@contextmanager
def _scratch_database(settings: Settings, folder: Path, manifest: Manifest) -> Iterator[str]:
    if manifest.database == "sqlite":
        yield f"sqlite:///{folder / sqlite_copy.NAME}"
        return
    real, name = Database(settings.database_url).url, f"carrel_restore_test_{uuid.uuid4().hex[:12]}"
    url = postgres_copy.scratch(real, name)
    try:
        script = folder / "database.sql"
        postgres_copy.as_statements(folder / postgres_copy.NAME, script)
        postgres_copy.install(url, script, [])
        yield url.render_as_string(hide_password=False)
    finally:
        postgres_copy.drop_scratch(real, name)


def _contents(db: Database) -> Contents:
    if db.is_sqlite:
        return sqlite_copy.verify(Path(str(db.url.database)))
    return postgres_copy.count(db.url)


def _failing_pages(services: Services, create_app: CreateApp) -> list[str]:
    """Which of ten pages or more the site does not serve."""
    client = create_app(services).test_client()
    with services.db.read() as session:
        articles = [article.url for article in queries.newest(session, clock.now(), ARTICLES)]
    base_url = services.settings.base_url
    paths = [*PAGES, *articles]
    return [path for path in paths if client.get(path, base_url=base_url).status_code != 200]


def save_result(home: Path, result: RestoreTestResult) -> None:
    """Keep a result for `carrel doctor` and the dashboard."""
    path = backup_store.folder(home) / RESULT
    aside = path.with_suffix(".part")
    aside.write_text(result.model_dump_json(indent=1), "utf-8")
    aside.rename(path)
