"""Which older releases may run over a schema: the schema itself says it, so that a release need not know later ones."""

from sqlalchemy import String, delete, insert, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from carrel.db import Base, Database


class SchemaCompatibility(Base):
    """One row: the oldest revision whose release may run over this schema."""

    __tablename__ = "schema_compatibility"

    oldest: Mapped[str] = mapped_column(String(32), primary_key=True)


def oldest_compatible(db: Database) -> str:
    """The oldest revision whose release may run here; empty where the schema does not say."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table(SchemaCompatibility.__tablename__):
            return ""
        return connection.scalar(select(SchemaCompatibility.oldest)) or ""


def write_oldest(connection: Connection, revision: str) -> None:
    """Say it, in the transaction of the migration."""
    connection.execute(delete(SchemaCompatibility))
    connection.execute(insert(SchemaCompatibility).values(oldest=revision))
