"""An import in batches: killed anywhere, it goes on and doubles nobody; what is kept of it names nobody."""

import pytest
from sqlalchemy import func, select, update

from carrel import clock
from carrel.db import Database
from carrel.services import Services
from newsletter.subscribers.models import SignUp, Subscriber, Subscription
from newsletter.transfer import import_step, importer, retention
from newsletter.transfer.importer import carry_out_batch, keep, results, start
from newsletter.transfer.models import ImportState, SubscriberImport, SubscriberImportBatch
from tests.newsletter.transfer.conftest import Write, look
from tests.support.newsletter import put_subscriber

pytestmark = [pytest.mark.usefixtures("library"), pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 10)


@pytest.fixture
def kept(db: Database, write: Write) -> int:
    """A checked import of 25 people and one line that is none."""
    lines = [f"reader-{number}@example.org,kit,2026-03-31,weekly,cpb ccm" for number in range(25)]
    checked = look(db, write(*lines, "nobody@home,kit,2026-03-31,weekly,"))
    with db.write() as session:
        return keep(session, checked, "olga", "their paper forms").id


def counts(db: Database) -> tuple[int, ...]:
    with db.read() as session:
        return tuple(
            session.scalars(select(func.count()).select_from(table)).one()
            for table in (Subscriber, SignUp, Subscription)
        )


def state(db: Database) -> str:
    with db.read() as session:
        return session.scalars(select(SubscriberImport.state)).one()


def begin(db: Database, kept: int) -> bool:
    with db.write() as session:
        return start(session, kept)


def test_nothing_happens_before_the_operators_word_and_a_second_word_changes_nothing(
    db: Database, kept: int
) -> None:
    assert not carry_out_batch(db, kept)
    assert counts(db) == (0, 0, 0)
    assert begin(db, kept)
    assert not begin(db, kept)


def test_the_worker_carries_it_out_batch_by_batch(services: Services, db: Database, kept: int) -> None:
    begin(db, kept)
    assert import_step.run_step(services)
    assert counts(db) == (10, 10, 20)
    while import_step.run_step(services):
        pass
    assert (counts(db), state(db)) == ((25, 25, 50), ImportState.FINISHED)
    with db.read() as session:
        assert session.scalars(select(SubscriberImport.counts)).one() == {"added": 25, "invalid": 1}
        assert set(session.scalars(select(SignUp.evidence))) == {"their paper forms"}


def test_killed_in_the_middle_of_a_batch_it_starts_that_batch_again(
    db: Database, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(db, kept)
    carry_out_batch(db, kept)

    def killed(*_anything: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(importer, "pack_lines", killed)  # after the batch's people were added
        with pytest.raises(KeyboardInterrupt):
            carry_out_batch(db, kept)
    assert counts(db) == (10, 10, 20)
    while carry_out_batch(db, kept):
        pass
    assert counts(db) == (25, 25, 50)


def test_somebody_who_subscribes_meanwhile_is_left_as_they_are(db: Database, kept: int) -> None:
    begin(db, kept)
    carry_out_batch(db, kept)
    with db.write() as session:
        put_subscriber(session, "reader-20@example.org", frequency="monthly")
    while carry_out_batch(db, kept):
        pass
    with db.read() as session:
        fates = {line.number: line.fate.value for line in results(session, kept)}
        assert fates[22] == "here"
        monthly = select(Subscriber.email).where(Subscriber.frequency == "monthly")
        assert session.scalars(monthly).all() == ["reader-20@example.org"]


def test_what_is_kept_afterwards_names_nobody(db: Database, kept: int) -> None:
    begin(db, kept)
    while carry_out_batch(db, kept):
        pass
    with db.read() as session:
        lines = results(session, kept)
    assert lines[0].address == "r•••@example.org"
    assert not any("reader-" in f"{line}" or "nobody" in f"{line}" for line in lines)


@pytest.mark.parametrize("cell", ["o'brien@home", "o'brien of example.org", 'o\'brien@home "x"'])
def test_what_is_kept_of_no_address_is_not_the_cell(db: Database, write: Write, cell: str) -> None:
    quoted = cell.replace('"', '""')
    (line,) = look(db, write(f'"{quoted}",kit,2026-03-31,weekly,cpb')).lines
    assert line.masked.sentence.startswith("This is not an address: ")


def test_lines_are_forgotten_after_their_time(services: Services, db: Database, kept: int) -> None:
    retention.run_step(services)
    assert state(db) == ImportState.CHECKED
    begin(db, kept)
    while carry_out_batch(db, kept):
        pass
    late = clock.now() - retention.RESULTS_KEPT
    with db.write() as session:
        session.execute(update(SubscriberImport).values(finished_at=late))
    retention.run_step(services)
    with db.read() as session:
        assert session.scalars(select(SubscriberImportBatch)).all() == []
    assert state(db) == ImportState.FINISHED


def test_an_import_that_nobody_carried_out_is_gone_after_a_day(
    services: Services, db: Database, kept: int
) -> None:
    assert kept
    with db.write() as session:
        session.execute(update(SubscriberImport).values(created_at=clock.now() - retention.UNUSED_KEPT))
    retention.run_step(services)
    with db.read() as session:
        assert session.scalars(select(SubscriberImport)).all() == []
        assert session.scalars(select(SubscriberImportBatch)).all() == []
