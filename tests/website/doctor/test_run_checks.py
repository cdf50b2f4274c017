"""Each check sees what it is there to see, and says what to do."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from carrel import clock
from carrel.db import Database
from carrel.findings import Finding, Level, worst
from carrel.mail import alarms, outbox, restore_hold
from carrel.mail.models import Alarm
from carrel.services import Services
from carrel.settings import Settings
from tests.support.mail import HELLO
from website.backup import backup_store, restore_test
from website.backup.restore_test import RestoreTestResult
from website.doctor import heartbeat, machine_checks, run_checks, traffic_checks
from website.doctor.check_context import CheckContext
from website.doctor.run_checks import run_all


@pytest.fixture
def site(settings: Settings, db: Database) -> CheckContext:
    """A site that has just been set up."""
    return CheckContext(settings.model_copy(update={"smtp_url": settings.smtp_url}), db, clock.now())


def later(site: CheckContext, span: timedelta) -> CheckContext:
    return CheckContext(site.settings, site.db, site.now + span)


def level(check: Callable[[CheckContext], Finding], site: CheckContext) -> Level:
    finding = check(site)
    assert (finding.fix == "") == (finding.level is Level.OK), finding
    return finding.level


def test_every_check_has_a_word_to_say_about_a_new_site(site: CheckContext) -> None:
    findings = run_all(site)
    assert len({finding.check for finding in findings}) == len(run_checks.CHECKS)
    assert all(finding.message for finding in findings)
    by_name = {finding.check: finding for finding in findings}
    assert by_name["settings"].fix.startswith("SMTP_URL is missing")
    assert by_name["worker"].level is Level.ERROR
    assert {by_name[name].level for name in ("database", "migrations", "clock", "alarms")} == {Level.OK}
    assert worst(findings) is Level.ERROR


def test_a_worker_is_alive_while_its_heart_beats(site: CheckContext, services: Services) -> None:
    assert level(machine_checks.worker, site) is Level.ERROR
    heartbeat.run_step(services)
    assert level(machine_checks.worker, site) is Level.OK
    assert level(machine_checks.worker, later(site, timedelta(minutes=3))) is Level.ERROR


def test_data_11_a_backup_that_is_too_old_or_could_not_be_restored(site: CheckContext) -> None:
    home = site.settings.home
    assert (level(machine_checks.last_backup, site), level(machine_checks.last_restore_test, site)) == (
        "look",
        "look",
    )
    backup_store.path_for(home, site.now, "nightly").touch()
    restore_test.save_result(home, RestoreTestResult(backup="x", tested_at=site.now))
    assert (level(machine_checks.last_backup, site), level(machine_checks.last_restore_test, site)) == (
        "well",
        "well",
    )
    assert (
        level(machine_checks.last_backup, later(site, -timedelta(days=7))) == "look"
    )  # of a clock that was ahead
    old = later(site, timedelta(hours=49))
    assert (level(machine_checks.last_backup, old), level(machine_checks.last_restore_test, old)) == (
        "bad",
        "bad",
    )
    restore_test.save_result(home, RestoreTestResult(backup="x", tested_at=site.now, problem="it is damaged"))
    assert "it is damaged" in machine_checks.last_restore_test(site).message


@pytest.mark.parametrize(
    ("free", "total", "found"), [(400e6, 1e9, "bad"), (600e6, 10e9, "look"), (5e9, 10e9, "well")]
)
def test_data_08_a_disk_that_fills(
    site: CheckContext, monkeypatch: pytest.MonkeyPatch, free: float, total: float, found: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free, total=total))
    assert level(machine_checks.disk, site) == found


def test_mail_that_waits_and_mail_that_is_held(site: CheckContext, db: Database) -> None:
    ours = site.settings.model_copy(update={"smtp_url": site.settings.smtp_url.__class__("smtp://mx.test")})
    site = CheckContext(ours, db, site.now)
    assert level(traffic_checks.mail, site) is Level.OK
    with db.write() as session:
        outbox.queue(session, key="k", to="anna@example.org", mail=HELLO)
    assert level(traffic_checks.mail, later(site, timedelta(hours=2))) is Level.ERROR
    with db.write() as session:
        restore_hold.start(session, backup_made_at=site.now)
    assert "carrel mail resume" in traffic_checks.mail(site).fix


def test_data_23_a_clock_that_went_back(site: CheckContext, db: Database) -> None:
    with db.write() as session:
        outbox.queue(session, key="k", to="anna@example.org", mail=HELLO)
    assert level(machine_checks.clock, later(site, -timedelta(minutes=10))) is Level.ERROR


@pytest.mark.own_database
def test_a_schema_of_another_release(site: CheckContext, db: Database) -> None:
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "carrel migrate" in machine_checks.migrations(site).fix


def test_a_database_that_is_away_hides_no_other_finding(
    site: CheckContext, tmp_path: os.PathLike[str]
) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    findings = run_all(CheckContext(site.settings, away, site.now))
    away.close()
    assert len(findings) == len(run_checks.CHECKS)
    assert {finding.level for finding in findings if finding.check in {"database", "mail", "alarms"}} == {
        Level.ERROR
    }


def test_open_alarms_are_named(site: CheckContext, db: Database) -> None:
    with db.write() as session:
        alarms.raise_alarm(session, "k", "The roof leaks", "It does.")
    assert "The roof leaks" in traffic_checks.alarms(site).message


def test_the_hourly_look_raises_an_alarm_for_what_must_not_wait(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1e6, total=1e9))
    assert run_checks.run_step(services) is False
    with services.db.read() as session:
        assert session.scalars(select(Alarm.key)).all() == ["doctor:disk"]
