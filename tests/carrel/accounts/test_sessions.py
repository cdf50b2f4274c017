"""Sessions: hashed at rest, ending by themselves, never promoted without a proof."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from carrel.accounts import readers, sessions
from carrel.accounts.models import ReaderSession
from carrel.db import Database
from tests.support.accounts import ANNA, FIREFOX, make_reader, make_session

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def find(db: Database, token: str) -> ReaderSession | None:
    with db.read() as session:
        return sessions.find(session, token)


def test_auth_07_a_session_is_found_by_its_token_alone(db: Database) -> None:
    anna = make_reader(db)
    token = make_session(db, anna)
    reader_session = find(db, token)
    assert reader_session
    assert (reader_session.reader_id, reader_session.reader.email, reader_session.browser) == (
        anna.id,
        ANNA,
        "Firefox on Linux",
    )
    assert find(db, token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert find(db, "") is None


def test_auth_07_a_token_has_256_bits_and_is_stored_hashed(db: Database) -> None:
    token = make_session(db, make_reader(db))
    assert len(token) == sessions.TOKEN_LENGTH == 43
    with db.read() as session:
        stored = session.scalars(select(ReaderSession.token_hash)).one()
        everything = str(session.execute(text("SELECT * FROM reader_session")).all())
    assert len(stored) == 32
    assert token not in everything


@pytest.mark.parametrize(("days", "alive"), [(29, True), (31, False)])
def test_auth_07_an_idle_session_ends_after_thirty_days(db: Database, days: int, alive: bool) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        token = make_session(db, make_reader(db))
        time.shift(timedelta(days=days))
        assert (find(db, token) is not None) is alive


def test_auth_07_a_busy_session_ends_after_half_a_year(db: Database) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        token = make_session(db, make_reader(db))
        lived = 0
        for day in range(0, 400, 20):
            time.move_to(NOON + timedelta(days=day))
            reader_session = find(db, token)
            if reader_session is None:
                break
            lived = day
            with db.write() as session:
                sessions.note_activity(session, reader_session.id)
    assert lived == 160


def test_decision_4_last_seen_is_written_once_an_hour_at_most(db: Database) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        token = make_session(db, make_reader(db))
        seen = set()
        for _ in range(36):
            time.shift(timedelta(minutes=5))
            reader_session = find(db, token)
            assert reader_session
            if sessions.is_due_for_note(reader_session):
                with db.write() as session:
                    sessions.note_activity(session, reader_session.id)
            again = find(db, token)
            assert again
            seen.add(again.last_seen_at)
    assert len(seen) == 3


def test_ending_one_session_needs_its_own_reader(db: Database) -> None:
    anna, bob = make_reader(db), make_reader(db, "bob@example.org")
    token = make_session(db, anna)
    reader_session = find(db, token)
    assert reader_session
    with db.write() as session:
        assert not sessions.end(session, reader_session.id, bob.id)
        assert sessions.end(session, reader_session.id, anna.id)
    assert find(db, token) is None


def test_auth_07_all_other_sessions_end_at_once(db: Database) -> None:
    anna = make_reader(db)
    tokens = [make_session(db, anna) for _ in range(3)]
    bobs = make_session(db, make_reader(db, "bob@example.org"))
    here = find(db, tokens[0])
    assert here
    with db.write() as session:
        sessions.end_all(session, anna.id, but=here.id)
    assert [find(db, token) is not None for token in (*tokens, bobs)] == [True, False, False, True]


def test_a_browser_that_moved_with_a_merge_never_sees_the_account(db: Database) -> None:
    anna, buyer = make_reader(db), make_reader(db, None)
    token = make_session(db, buyer, proven=False)
    assert sessions.may_see_account(find(db, token))  # type: ignore[arg-type]
    with db.write() as session:
        readers.merge(session, readers.get(session, buyer.id), readers.get(session, anna.id))
    reader_session = find(db, token)
    assert reader_session
    assert reader_session.reader_id == anna.id
    assert not sessions.may_see_account(reader_session)
    assert not sessions.is_fresh(reader_session)


def test_auth_06_a_proof_is_fresh_for_five_minutes(db: Database) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        token = make_session(db, make_reader(db))
        time.shift(timedelta(minutes=4, seconds=59))
        assert sessions.is_fresh(find(db, token))  # type: ignore[arg-type]
        time.shift(timedelta(seconds=2))
        assert not sessions.is_fresh(find(db, token))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1",
         "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert sessions.browser_name(agent) == words
