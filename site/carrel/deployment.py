"""Whose a home and a database are: a demo's or a public site's. Neither may start on what the other has used.

Both carry a marker, since `DATABASE_URL` can lead two homes to one database. A home that an earlier release made
has none: it takes the marker of whichever starts on it first.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, select

from carrel.db import Database, insert_new
from carrel.settings import Settings, SettingsError
from carrel.tokens import SiteSecret

MARKER_NAME: Final = (
    "deployment"  # the file in the home, and the row in the table of what is born with the database
)
DEMO_OPERATOR: Final = "operator@carrel.example"
SAMPLE_URL: Final = "https://sample.example/"  # where the demo's ads lead


class DeploymentKind(StrEnum):
    """What runs here: `carrel demo`, or `carrel serve` and `carrel worker`."""

    DEMO = "demo"
    PRODUCTION = "production"


class WrongDeploymentError(SettingsError):
    """Home or database are the other kind's."""


REFUSALS: Final = {
    DeploymentKind.DEMO: "{place} belongs to a demo, whose samples and operator must not go live: "
    "carrel init NEW-FOLDER --from-demo makes a site of its articles, settings and operators, without the samples.",
    DeploymentKind.PRODUCTION: "{place} belongs to a public site (carrel serve), where a demo would put samples: "
    "set another CARREL_HOME (and no DATABASE_URL), or run the demo in another folder.",
}


def check(settings: Settings, db: Database, kind: DeploymentKind) -> None:
    """Refuse a home or a database that the other kind has used. Raises `WrongDeploymentError`."""
    for place, kind_there in _markers(settings, db):
        if kind_there not in {None, kind}:
            raise WrongDeploymentError(REFUSALS[kind_there].format(place=place))


def assign(settings: Settings, db: Database, kind: DeploymentKind) -> None:
    """Assign home and database to this kind. Needs our schema. Raises `WrongDeploymentError`."""
    check(settings, db, kind)
    write_deployment_marker(settings, db, kind)


def write_deployment_marker(settings: Settings, db: Database, kind: DeploymentKind) -> None:
    """Write the marker where there is none."""
    path = _file(settings)
    if not path.exists():
        path.write_text(f"{kind}\n")
    if database_marker(db) is None:
        with db.write() as session:
            insert_new(session, SiteSecret, name=MARKER_NAME, value=kind.encode())


def database_marker(db: Database) -> DeploymentKind | None:
    """Whose marker a database carries; None where there is none, or no schema yet."""
    if not inspect(db.engine).has_table(SiteSecret.__tablename__):
        return None
    with db.read() as session:
        value = session.scalar(select(SiteSecret.value).where(SiteSecret.name == MARKER_NAME))
    return _kind(value.decode()) if value else None


def _markers(settings: Settings, db: Database) -> Iterator[tuple[str, DeploymentKind | None]]:
    path = _file(settings)
    yield f"The home {settings.home}", _kind(path.read_text("utf-8")) if path.exists() else None
    yield f"The database {db.url.database}", database_marker(db)


def _kind(text: str) -> DeploymentKind | None:
    return next((kind for kind in DeploymentKind if kind == text.strip()), None)


def _file(settings: Settings) -> Path:
    return settings.home / MARKER_NAME
