"""Everything that stands in a database, to compare or to search."""

from sqlalchemy import select

from carrel.db import Base, Database


def dump(db: Database) -> str:
    """Every row of every table of ours."""
    with db.read() as session:
        return "\n".join(
            f"{table.name}: {sorted(map(repr, session.execute(select(table)).all()))}"
            for table in Base.metadata.sorted_tables
        )
