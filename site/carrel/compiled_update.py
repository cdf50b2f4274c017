"""An update that is made hundreds of times a second, without what SQLAlchemy does around each."""

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.sql.dml import ReturningUpdate


class CompiledUpdate:
    """One statement, compiled once, on a connection of its own: for one thread at a time.

    A session and a transaction, even SQLAlchemy's way to the driver, would cost more than the update.
    """

    def __init__(self, engine: Engine, statement: ReturningUpdate[tuple[int]]) -> None:
        compiled = statement.compile(engine)
        self._engine, self._sql = engine, str(compiled)
        self._to_driver = [
            (name, bind.type.dialect_impl(engine.dialect).bind_processor(engine.dialect))
            for name, bind in compiled.binds.items()
        ]
        self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._connection: Connection | None = None

    def run(self, **values: object) -> set[int]:
        """Run it with these values, committed; the ids of the rows that it changed."""
        connection = self._connection = self._connection or self._engine.connect()
        given = self._constants | values
        ready = {name: convert(given[name]) if convert else given[name] for name, convert in self._to_driver}
        try:
            cursor = connection.connection.cursor()
            cursor.execute(self._sql, ready)
            return {row[0] for row in cursor.fetchall()}
        except BaseException:
            connection.invalidate()
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back; the next run takes another."""
        if self._connection:
            self._connection.close()
            self._connection = None
