"""What is over is thrown away."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from carrel import clock
from carrel.accounts import limits, links, retention
from carrel.accounts.models import AddressChange, LimitHits, LinkPurpose, MailedLink, ReaderSession
from carrel.db import Base
from carrel.mail.addresses import parse
from carrel.services import Services
from tests.support.accounts import make_reader, make_session

MODELS: list[type[Base]] = [MailedLink, AddressChange, LimitHits, ReaderSession]


def fill(services: Services) -> None:
    anna = make_reader(services.db)
    make_session(services.db, anna)
    now = clock.now()
    with services.db.write() as session:
        links.make(session, LinkPurpose.SIGN_IN, parse("anna@example.org"))
        limits.check(session, "x", "y", limits.Limit(1, limits.hours(24)))
        session.add(
            AddressChange(reader_id=anna.id, old_email="a@b.example", old_key="a@b.example", undo_hash=b"x",
                          changed_at=now, undo_until=now + timedelta(hours=72))
        )  # fmt: skip


def counts(services: Services) -> list[int]:
    with services.db.read() as session:
        return [session.scalar(select(func.count()).select_from(model)) or 0 for model in MODELS]


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (timedelta(hours=23), [1, 1, 1, 1]),
        (timedelta(hours=25), [0, 1, 0, 1]),
        (timedelta(hours=73), [0, 0, 0, 1]),
        (timedelta(days=31), [0, 0, 0, 0]),
    ],
)
def test_data_21_each_kind_is_kept_for_its_time(
    services: Services, later: timedelta, left: list[int]
) -> None:
    fill(services)
    with time_machine.travel(clock.now() + later, tick=False):
        assert not retention.run_step(services)
    assert counts(services) == left


def test_data_21_it_goes_in_batches(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    anna = make_reader(services.db)
    for _ in range(5):
        make_session(services.db, anna)
    turns = 0
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        while retention.run_step(services):
            turns += 1
    assert turns == 2
    assert counts(services)[-1] == 0
