"""Leaving for good: no trace of the address, and a ledger that still adds up."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts import address_change, erasure, hooks, limits, links, readers, sessions
from carrel.accounts.hooks import Hook
from carrel.accounts.models import LinkPurpose, Reader
from carrel.mail import outbox, suppression
from carrel.mail.addresses import parse
from carrel.mail.models import OutboxMail, OutboxState, SuppressionKind
from carrel.mail.outbox_queue import end, lease
from carrel.mail.suppression import MessageType
from carrel.services import Services
from tests.support.accounts import ANNA, BOB, make_reader, make_session
from tests.support.mail import HELLO
from tests.support.state import dump

OLD = "anna@old.example"


def lead_a_life(services: Services) -> Reader:
    """Anna changes her address, signs in, gets mail, and is suppressed for the newsletter."""
    anna = make_reader(services.db, OLD)
    token = make_session(services.db, anna)
    with services.db.write() as session:
        here = sessions.find(session, token)
        assert here
        made = links.make(session, LinkPurpose.NEW_ADDRESS, parse(ANNA), reader_id=anna.id)
        address_change.confirm(session, services.settings, made.token, here)
        links.make(session, LinkPurpose.SIGN_IN, parse(ANNA))
        outbox.queue(session, key="receipt:1", to=ANNA, mail=HELLO)
        limits.check(session, "mail-address", ANNA, limits.Limit(3, limits.hours(1)))
        suppression.suppress(session, ANNA, SuppressionKind.NEWSLETTER)
    return anna


def erase(services: Services, reader: Reader) -> None:
    with services.db.write() as session:
        erasure.erase(session, services.settings, readers.get(session, reader.id))


def send_all(services: Services) -> list[str]:
    """Pretend that the worker sent what is queued; to whom."""
    sent: list[str] = []
    while True:
        with services.db.write() as session:
            mail = lease(session)
            if mail is None:
                return sent
            sent.append(mail.to_address)
            end(session, mail, OutboxState.SENT)


def test_data_20_no_address_is_left_anywhere(services: Services) -> None:
    anna = lead_a_life(services)
    assert ANNA in dump(services.db)
    assert OLD in dump(services.db)
    erase(services, anna)
    assert send_all(services) == [ANNA]
    left = dump(services.db).lower()
    for part in (ANNA, OLD, "anna@", "old.example"):
        assert part not in left


def test_data_20_no_free_page_of_the_file_remembers(services: Services, tmp_path: Path) -> None:
    if not services.db.is_sqlite:
        pytest.skip("PostgreSQL reuses its pages by itself; only a file can be searched here")
    anna = lead_a_life(services)
    erase(services, anna)
    send_all(services)
    with services.db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    for file in tmp_path.glob("carrel.db*"):
        content = file.read_bytes().lower()
        assert ANNA.encode() not in content
        assert OLD.encode() not in content


def test_data_20_the_last_mail_goes_out_and_is_forgotten(services: Services) -> None:
    anna = lead_a_life(services)
    erase(services, anna)
    with services.db.read() as session:
        open_mails = select(OutboxMail.name, OutboxMail.to_key).where(OutboxMail.state == OutboxState.QUEUED)
        assert [tuple(row) for row in session.execute(open_mails)] == [("carrel.accounts/erased", ANNA)]


def test_pay_31_the_row_stays_for_the_ledger_without_a_name(services: Services) -> None:
    anna = lead_a_life(services)
    erase(services, anna)
    with services.db.read() as session:
        kept = session.get_one(Reader, anna.id)
        assert (kept.email, kept.email_key) == (None, None)
        assert kept.erased_at is not None
        assert sessions.of_reader(session, anna.id) == []


def test_mail_19_the_suppression_survives_and_so_does_nobody_elses_data(services: Services) -> None:
    anna, bob = lead_a_life(services), make_reader(services.db, BOB)
    token = make_session(services.db, bob)
    erase(services, anna)
    with services.db.read() as session:
        assert suppression.is_suppressed(session, ANNA, MessageType.BULK)
        assert sessions.find(session, token)
        assert session.get_one(Reader, bob.id).email == BOB


def test_the_other_packages_are_told_before_the_address_is_gone(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, str | None]] = []
    fresh: Hook[[Session, int, str | None], None] = Hook()
    monkeypatch.setattr(hooks, "reader_erased", fresh)
    fresh.add(lambda _session, reader_id, key: told.append((reader_id, key)))
    anna = lead_a_life(services)
    erase(services, anna)
    assert told == [(anna.id, ANNA)]


def test_whoever_comes_back_is_new(services: Services) -> None:
    anna = lead_a_life(services)
    erase(services, anna)
    assert make_reader(services.db, ANNA).id != anna.id


def test_an_anonymous_reader_leaves_without_a_mail(services: Services) -> None:
    guest = make_reader(services.db, None)
    token = make_session(services.db, guest, proven=False)
    erase(services, guest)
    with services.db.read() as session:
        assert sessions.find(session, token) is None
        assert session.scalars(select(OutboxMail.id)).all() == []
