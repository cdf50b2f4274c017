"""The restore test: a backup put back in a scratch place, and the site that it gives asked for ten pages (DATA-11)."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, SecretStr, ValidationError

from articles import queries
from carrel import clock
from carrel.db import Database
from carrel.http.services import Services, make_services
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


class RestoreTestResult(BaseModel):
    """What the last restore test found. `problem` is empty when the backup was good; `last_good_at` stays."""

    backup: str
    tested_at: datetime
    problem: str = ""
    last_good_at: datetime | None = None


def last_result(home: Path) -> RestoreTestResult | None:
    """What was found the last time."""
    try:
        return RestoreTestResult.model_validate_json((home / backup_store.FOLDER / RESULT).read_text("utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def run(settings: Settings, file: Path) -> RestoreTestResult:
    """Restore a backup elsewhere, look at everything, and write down what was found. Raises `BackupBusyError`."""
    with home_lock.one_at_a_time(backup_store.folder(settings.home)):
        backup_store.clean_up(settings.home)
        now, before = clock.now(), last_result(settings.home)
        good_at = before.last_good_at if before else None
        try:
            _try(settings, file)
            result = RestoreTestResult(backup=file.name, tested_at=now, last_good_at=now)
        except (BackupError, OSError) as wrong:
            result = RestoreTestResult(
                backup=file.name, tested_at=now, problem=str(wrong), last_good_at=good_at
            )
        _note(settings.home, result)
        return result


def _try(settings: Settings, file: Path) -> None:
    with create.scratch_folder(settings.home) as folder:
        manifest = archive.read(file, folder)
        with _scratch_site(settings, folder, manifest) as services:
            restored = _contents(services.db)
            if restored != Contents(manifest.revision, manifest.rows, manifest.newest_payment):
                raise InvalidBackupError(file, "what came back is not what was saved")
            if silent := _silent_pages(services):
                raise InvalidBackupError(file, f"the restored site does not serve {', '.join(silent)}")


@contextmanager
def _scratch_site(settings: Settings, folder: Path, manifest: Manifest) -> Iterator[Services]:
    with _scratch_database(settings, folder, manifest) as url:
        services = make_services(settings.model_copy(update=_elsewhere(settings, folder, url)))
        try:
            yield services
        finally:
            services.db.close()


def _elsewhere(settings: Settings, folder: Path, url: str) -> dict[str, object]:
    """Other settings; and a key that nobody else has, as nothing here is for anybody's eyes."""
    keys = (SecretStr(new_token()),)
    base_url = settings.base_url or "http://127.0.0.1"
    return {"home": folder, "database_url": url, "base_url": base_url, "secret_keys": keys}


@contextmanager
def _scratch_database(settings: Settings, folder: Path, manifest: Manifest) -> Iterator[str]:
    if manifest.database == "sqlite":
        yield f"sqlite:///{folder / sqlite_copy.NAME}"
        return
    real, name = Database(settings.database_url).url, f"carrel_rehearsal_{uuid.uuid4().hex[:12]}"
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


def _silent_pages(services: Services) -> list[str]:
    """Those of ten pages or more that the site does not serve."""
    from website.app import create_app  # here, as the app's own pages tell of the last test

    client = create_app(services).test_client()
    with services.db.read() as session:
        articles = [article.url for article in queries.newest(session, clock.now(), ARTICLES)]
    asked = [*PAGES, *articles]
    base = services.settings.base_url
    return [path for path in asked if client.get(path, base_url=base).status_code != 200]


def _note(home: Path, result: RestoreTestResult) -> None:
    path = backup_store.folder(home) / RESULT
    aside = path.with_suffix(".part")
    aside.write_text(result.model_dump_json(indent=1), "utf-8")
    aside.rename(path)
