"""When a backup is due, and what becomes of one that fails."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from carrel.db import Database
from carrel.mail.models import Alarm
from carrel.services import Services
from carrel.settings import Settings
from website.app import create_app
from website.backup import backup_store, create, nightly, restore_test


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, at(20, 12), True),
        (at(20, 3), at(20, 12), False),
        (at(20, 3), at(21, 2), False),
        (at(20, 3), at(21, 3), True),
        (at(18, 3), at(21, 1), True),
        (at(28, 3), at(21, 1), True),  # made by a clock that was a week ahead
    ],
)
def test_it_is_due_once_after_each_coming_of_its_hour(
    settings: Settings, last: datetime | None, now: datetime, due: bool
) -> None:
    if last:
        backup_store.path_for(settings.home, last, "nightly").touch()
    assert nightly.is_due(settings, now) is due


def test_one_made_by_hand_does_not_take_its_place(settings: Settings) -> None:
    backup_store.path_for(settings.home, at(21, 4), "by-hand").touch()
    assert nightly.is_due(settings, at(21, 5))


def test_the_hour_is_the_operators(settings: Settings) -> None:
    there = settings.model_copy(update={"time_zone": "America/Chicago"})  # 03:00 there is 09:00 UTC
    backup_store.path_for(settings.home, at(20, 10), "nightly").touch()
    assert not nightly.is_due(there, at(21, 8))
    assert nightly.is_due(there, at(21, 9))


def alarms(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Alarm.key)))


def test_data_11_a_night_makes_and_tests_one_backup(home: Settings, services: Services) -> None:
    nightly.run(services, create_app)
    assert [backup.kind for backup in backup_store.all_backups(home.home)] == ["nightly"]
    result = restore_test.last_result(home.home)
    assert result is not None
    assert result.problem == ""
    assert alarms(services.db) == []


def running() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "backup"]


def test_a_worker_that_has_just_started_waits_and_then_begins(
    home: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = nightly.NightlyBackup(create_app)
    assert step.run_step(services) is False
    assert running() == []
    monkeypatch.setattr(nightly, "DELAY_SECONDS", 0.0)
    step = nightly.NightlyBackup(create_app)
    assert step.run_step(services) is False
    (backup,) = running()
    backup.join(60)
    assert len(backup_store.all_backups(home.home)) == 1


def test_a_backup_that_fails_is_an_alarm(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(create, "create_backup", full)
    nightly.run(services, create_app)
    assert alarms(services.db) == ["backup-failed"]


def test_data_11_a_restore_test_that_fails_is_an_alarm(
    home: Settings, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore_test, "PAGES", ("/no-such-page/",))
    nightly.run(services, create_app)
    assert alarms(services.db) == ["restore-test-failed"]
