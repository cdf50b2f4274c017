"""`carrel study rebuild`: the state follows from the log, whatever became of it."""

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from carrel.db import Database
from carrel.settings import Settings
from tests.support.accounts import make_reader
from tests.website.study.study_rows import event, graded, put_item, states
from website.study import commands
from website.study.commands import rebuild, study
from website.study.log import store
from website.study.models import StudyEvent, StudyState


def test_the_state_is_derived_anew_whatever_became_of_it(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "AT_ONCE", 2)
    keys = ["panel", "modifier", "letters", "tefra", "act"]
    with db.write() as session:
        for key in keys:
            put_item(session, key)
    people = [make_reader(db).id, make_reader(db, "bob@example.org").id]
    shown: list[int] = []
    with db.write() as session:
        for reader_id in people:
            store(
                session, reader_id, [event(key, 1, 5) for key in keys] + [graded(key, 3, 2) for key in keys]
            )
    with db.read() as session:
        before = [states(session, reader_id) for reader_id in people]
    with db.write() as session:
        session.execute(update(StudyState).values(stability=1.0, due_day=1, reps=9))
        session.execute(delete(StudyState).where(StudyState.item_id == 2))
        session.execute(delete(StudyEvent).where(StudyEvent.reader_id == people[1], StudyEvent.item_id == 3))
    assert rebuild(db, shown.append) == (2, 18)
    assert sum(shown) == 18
    assert len(shown) == 5
    with db.read() as session:
        assert states(session, people[0]) == before[0]
        left = session.scalars(select(StudyState.item_id).where(StudyState.reader_id == people[1])).all()
        assert sorted(left) == [1, 2, 4, 5]


def test_the_command_says_what_it_did(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "load", lambda: settings)
    with db.write() as session:
        put_item(session)
    reader_id = make_reader(db).id
    with db.write() as session:
        store(session, reader_id, [event(), event()])
    done = CliRunner().invoke(study, ["rebuild"], obj=lambda its: Database(its.database_url))
    assert done.output == "Derived anew. Readers: 1; answers: 2.\n"
