"""That no test sees what another has left in a database."""

import os

import pytest
from sqlalchemy import delete, text

from carrel.db import Database
from carrel.page_cache import CacheVersion
from tests.hooks import POSTGRES
from tests.support.accounts import make_reader
from tests.support.databases import PostgresReset, create_postgres
from tests.support.state import dump


@pytest.mark.postgres
def test_a_reset_brings_back_what_the_migrations_had_made_and_waits_for_nobody() -> None:
    if not os.environ.get(POSTGRES):
        pytest.skip("PostgreSQL's programs are not installed")
    reset = PostgresReset(create_postgres(os.environ[POSTGRES]))
    db = Database(reset.url)
    before = dump(db)
    first = make_reader(db)
    with db.write() as session:
        session.execute(delete(CacheVersion))
    with db.engine.connect() as left_open:
        left_open.execute(text("LOCK TABLE reader"))
        reset()
        left_open.invalidate()
    assert dump(db) == before
    assert make_reader(db).id == first.id
    db.close()


@pytest.mark.parametrize("_again", range(2))
def test_each_test_begins_with_an_empty_database(db: Database, _again: int) -> None:
    assert make_reader(db).id == 1
