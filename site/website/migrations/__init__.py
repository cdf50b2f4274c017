"""The schema and its history: every process can check that the database has this release's schema."""

from sqlalchemy import inspect, text

from carrel.db import Database, DatabaseUnusableError

HEAD = "0029"  # the revision this release was made for


class UnknownSchemaError(DatabaseUnusableError):
    """The database's schema is not the one this release was made for."""


def check_schema(db: Database) -> None:
    """Refuse to start on a schema that is neither ours nor a later one that lets us. Raises `UnknownSchemaError`."""
    revision = current_revision(db)
    if revision == HEAD:
        return
    from website.migrations.upgrade import is_later  # here, as Alembic takes long to load

    if is_later(db, revision):
        return
    older = "has an older schema than this release" if revision else "is empty"
    raise UnknownSchemaError(f"The database {older}. Run: carrel migrate")


def current_revision(db: Database) -> str | None:
    """The revision a database is at; None when no schema is in it."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def migrate(db: Database) -> bool:
    """Bring the schema to this release's, one process at a time. Returns whether anything was done.

    Others that start meanwhile wait up to 60 s for it. A later schema that lets this release run stays as it is.
    Raises `UnknownSchemaError` on one that does not.
    """
    from website.migrations.upgrade import upgrade

    done = upgrade(db)
    check_columns(db)
    if done:
        from articles.search import upkeep

        upkeep.index_all(db)  # what an older release published, so that it is found at once
    return done


def check_columns(db: Database) -> None:
    """Refuse a schema that lacks a column of ours, whatever revision it names (DATA-18). Raises `UnknownSchemaError`.

    More columns are fine: a later release may have added them.
    """
    from website.migrations.models import needed  # here, as it loads every package

    with db.engine.connect() as connection:
        tables = inspect(connection).get_multi_columns()
    existing = {f"{table}.{column['name']}" for (_, table), columns in tables.items() for column in columns}
    if lacking := sorted(needed() - existing):
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        raise UnknownSchemaError(
            f"The database lacks {lacking[0]}{more}, although it names the schema {HEAD}: an unfinished release made "
            f"it, or somebody changed it by hand. Restore a backup; if it was only a trial, {_away(db)}"
        )


def _away(db: Database) -> str:
    return f"remove {db.url.database} and start over." if db.is_sqlite else "start over with an empty one."
