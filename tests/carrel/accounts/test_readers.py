"""Readers: one per proven address, merged without gaining rights."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from carrel.accounts import hooks, readers
from carrel.accounts.hooks import Hook
from carrel.accounts.models import Reader
from carrel.audit import AuditEntry
from carrel.db import Database
from carrel.mail.addresses import parse
from carrel.page_cache import current_versions
from tests.support.accounts import ANNA, make_reader


def test_mf_26_addresses_that_differ_in_case_are_one_reader(db: Database) -> None:
    ids: list[int] = []

    def prove(typed: str) -> None:
        with db.write() as session:
            address = parse(typed)
            ids.append(readers.of_proven_address(session, address.typed, address.key).id)

    threads = [threading.Thread(target=prove, args=(typed,)) for typed in ("A@X.com", "a@x.com") * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 10
    assert len(set(ids)) == 1


def test_the_projection_makes_audiences_stale_only_when_it_changes_and_pages_never(db: Database) -> None:
    anna = make_reader(db)
    with db.write() as session:
        before = current_versions(session)
        assert readers.set_ad_free(session, anna.id, True)
        assert not readers.set_ad_free(session, anna.id, True)
        assert current_versions(session) == (before.pages, before.audiences + 1)
        assert readers.set_ad_free(session, anna.id, False)


def test_merging_tells_who_listens_and_leaves_an_empty_row(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    fresh: Hook[[Session, int, int], None] = Hook()
    monkeypatch.setattr(hooks, "readers_merged", fresh)
    fresh.add(lambda _session, from_id, into_id: told.append((from_id, into_id)))
    anna, other = make_reader(db), make_reader(db, "anna@other.example")
    with db.write() as session:
        readers.merge(session, readers.get(session, other.id), readers.get(session, anna.id))
    with db.read() as session:
        kept = readers.get(session, other.id)
        assert (kept.email, kept.email_key, kept.merged_into_id) == (None, None, anna.id)
        assert session.scalars(select(AuditEntry.action)).all() == ["reader.merge"]
    assert told == [(other.id, anna.id)]


def test_merging_with_oneself_does_nothing(db: Database) -> None:
    anna = make_reader(db)
    with db.write() as session:
        reader = readers.get(session, anna.id)
        readers.merge(session, reader, reader)
    with db.read() as session:
        assert readers.by_address(session, ANNA) is not None


def test_an_unknown_reader_is_a_named_failure(db: Database) -> None:
    with db.read() as session, pytest.raises(readers.ReaderNotFoundError):
        readers.get(session, 404)


def test_the_database_knows_that_an_address_comes_with_its_key(db: Database) -> None:
    anna = make_reader(db)
    with pytest.raises(DBAPIError), db.write() as session:
        session.get_one(Reader, anna.id).email = None


def test_a_function_that_is_added_twice_is_called_once() -> None:
    called: list[int] = []
    hook: Hook[[int], None] = Hook()
    hook.add(called.append)
    hook.add(called.append)
    hook(1)
    assert called == [1]
