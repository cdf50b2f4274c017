"""Subscribers in and out."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from carrel import clock
from carrel.audit import AuditEntry
from carrel.db import Database
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from newsletter.subscribers.models import SignUp, Subscriber, SubscriberState, Subscription
from newsletter.transfer.csv_reader import COLUMNS
from newsletter.transfer.exporter import export_file
from newsletter.transfer.text_file import InvalidFileError
from tests.newsletter.transfer.conftest import HEAD, Write, look, said, take
from tests.support.newsletter import put_subscriber

GOOD = "anna@example.org,kit,2026-03-31T18:00:00+02:00,daily,cpb"


def count(db: Database) -> int:
    with db.read() as session:
        return session.scalars(select(func.count()).select_from(Subscriber)).one()


@pytest.mark.usefixtures("library")
def test_a_line_becomes_a_subscriber_with_the_evidence_of_consent(db: Database, write: Write) -> None:
    take(db, write(GOOD))
    consent = datetime(2026, 3, 31, 16, tzinfo=UTC)
    with db.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        evidence = session.scalars(select(SignUp)).one()
        assert (anna.email, anna.state, anna.frequency, anna.source) == (
            "anna@example.org",
            "confirmed",
            "daily",
            "kit",
        )
        assert (anna.confirmed_at, evidence.confirmed_at, evidence.method) == (consent, consent, "import")
        assert [row.exam.slug for row in anna.subscriptions if row.exam] == ["cpb"]


@pytest.mark.usefixtures("library")
def test_who_is_imported_gets_nothing_of_the_archive(db: Database, write: Write) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        take(db, write(GOOD))
    with db.read() as session:
        assert session.scalars(select(Subscription.since)).one() == now


@pytest.mark.usefixtures("library")
def test_empty_cells_mean_weekly_and_every_exam(db: Database, write: Write) -> None:
    take(db, write("anna@example.org,,2026-03-31,,"))
    with db.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        assert anna.frequency == "weekly"
        assert {row.exam.slug for row in anna.subscriptions if row.exam} == {"cpb", "ccm"}


@pytest.mark.usefixtures("library")
def test_bad_lines_are_listed_with_their_numbers(db: Database, write: Write) -> None:
    report = look(
        db,
        write(
            GOOD,
            "nobody,kit,2026-03-31,weekly,cpb",
            "b@example.org,kit,,weekly,cpb",
            "c@example.org,kit,yesterday,weekly,cpb",
            "d@example.org,kit,2999-01-01,weekly,cpb",
            "e@example.org,kit,2026-03-31,hourly,cpb",
            "f@example.org,kit,2026-03-31,weekly,bar",
            "g@example.org,kit",
            "h@example.org,kit,2026-03-31,weekly,cpb,more",
            "i@example.org,kit,0001-01-01T00:00:00+02:00,weekly,cpb",
            "j@example.org,kit,1899-12-31,weekly,cpb",
        ),
    )
    assert [line.number for line in report.lines if line.fate == "invalid"] == list(range(3, 13))
    assert all(line.sentence for line in report.lines)
    assert report.counts == {"added": 1, "invalid": 10}
    assert count(db) == 0


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("until", ["9999-12-31T23:00:00-05:00", "0001-01-01T00:00:00+05:00", "soon"])
def test_a_pause_until_no_moment_that_can_be_kept_stops_no_import(
    db: Database, write: Write, until: str
) -> None:
    checked = take(db, write(f"{GOOD},{until}", head=f"{HEAD},paused_until"))
    assert checked.counts == {"invalid": 1}


@pytest.mark.usefixtures("library")
def test_a_dry_run_says_the_same_and_changes_nothing(db: Database, write: Write) -> None:
    path = write(GOOD, "Anna@Example.org,kit,2026-03-31,weekly,cpb")
    dry = look(db, path)
    assert (dry.counts, count(db)) == ({"added": 1, "repeated": 1}, 0)
    assert said(dry) == [(3, "The same address as in line 2, which is used.")]
    assert said(take(db, path)) == said(dry)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("state", SubscriberState)
def test_nobody_who_is_here_is_changed(db: Database, write: Write, state: SubscriberState) -> None:
    with db.write() as session:
        left_at = clock.now() if state == SubscriberState.LEFT else None
        put_subscriber(session, "Anna@example.org", state=state, left_at=left_at, frequency="monthly")
    report = take(db, write(GOOD))
    assert said(report) == [(2, f"Already here ({state}): unchanged.")]
    with db.read() as session:
        anna = session.scalars(select(Subscriber)).one()
        assert (anna.email, anna.state, anna.frequency) == ("Anna@example.org", state, "monthly")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("kind", SuppressionKind)
def test_mail_19_who_is_suppressed_stays_out(db: Database, write: Write, kind: SuppressionKind) -> None:
    with db.write() as session:
        suppression.suppress(session, "anna@example.org", kind)
    report = take(db, write(GOOD, "ben@example.org,kit,2026-03-31,weekly,cpb"))
    assert said(report) == [(2, f"Suppressed ({kind}): not imported.")]
    assert (report.counts["added"], count(db)) == (1, 1)


@pytest.mark.sweep
@pytest.mark.usefixtures("library")
def test_a_second_import_of_the_same_file_adds_nobody(db: Database, write: Write) -> None:
    path = write(*(f"reader-{number}@example.org,kit,2026-03-31,weekly,cpb ccm" for number in range(2_500)))
    assert take(db, path).counts == {"added": 2_500}
    assert take(db, path).counts == {"here": 2_500}
    assert count(db) == 2_500


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("head", "line", "encoding", "reason"),
    [
        (
            "name,phone",
            "x,y",
            "utf-8",
            "no column of email addresses. Name it email; the first line says: name, phone",
        ),
        (HEAD, '"anna@example.org', "utf-8", "is not valid CSV from line"),
        ("PK\x03\x04", GOOD, "utf-8", "is a ZIP archive or an Excel workbook"),
        (HEAD, GOOD.replace("kit", "\x81"), "latin-1", "has an unknown encoding"),
        (" ", " ", "utf-8", "is empty"),
        (HEAD, "", "utf-8", "no lines below them"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_a_sentence(
    db: Database, write: Write, head: str, line: str, *, encoding: str, reason: str
) -> None:
    with pytest.raises(InvalidFileError, match=reason):
        take(db, write(line, head=head, encoding=encoding))
    assert count(db) == 0


@pytest.mark.usefixtures("library")
def test_columns_may_stand_in_any_order_after_a_byte_order_mark(db: Database, write: Write) -> None:
    path = write(
        "cpb,daily,2026-03-31,kit,anna@example.org",
        head=",".join(reversed(HEAD.split(","))),
        encoding="utf-8-sig",
    )
    assert take(db, path).counts == {"added": 1}


@pytest.mark.usefixtures("library")
def test_what_is_exported_can_be_imported_elsewhere(db: Database, write: Write, tmp_path: Path) -> None:
    take(
        db,
        write(
            "'=cmd@example.org,'-kit,2026-03-31T18:00:00+00:00,each,cpb topic:medicare,",
            "jürgen@exämple.org,;'=1,2026-04-01T00:00:00+00:00,monthly,ccm,2999-01-01T00:00:00+00:00",
            head=",".join(COLUMNS),
        ),
    )
    path = tmp_path / "out.csv"
    assert export_file(db, path, actor="olga") == 2
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        list(COLUMNS),
        ["'=cmd@example.org", "'-kit", "2026-03-31T18:00:00+00:00", "each", "cpb topic:medicare", ""],
        [
            "jürgen@exämple.org",
            ";'=1",
            "2026-04-01T00:00:00+00:00",
            "monthly",
            "ccm",
            "2999-01-01T00:00:00+00:00",
        ],
    ]
    with db.write() as session:
        assert session.scalars(select(Subscriber.email).order_by(Subscriber.id)).first() == "=cmd@example.org"
        for subscriber in session.scalars(select(Subscriber)):
            session.delete(subscriber)
    assert take(db, path).counts == {"added": 2}
    assert export_file(db, tmp_path / "again.csv", actor="olga") == 2
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


@pytest.mark.usefixtures("library")
def test_con_08_an_export_holds_everybody_who_gets_the_digest_once_and_nobody_else(
    db: Database, write: Write, tmp_path: Path
) -> None:
    take(db, write(*(f"reader-{number}@example.org,kit,2026-03-31,weekly,cpb" for number in range(2_100))))
    with db.write() as session:
        put_subscriber(session, "left@example.org", state=SubscriberState.LEFT, left_at=clock.now())
        put_subscriber(session, "pending@example.org", state=SubscriberState.PENDING, confirmed_at=None)
        put_subscriber(session, "paused@example.org", paused_until=clock.now() + timedelta(days=9))
        suppression.suppress(session, "reader-7@example.org", SuppressionKind.COMPLAINT)
    path = tmp_path / "out.csv"
    export_file(db, path, actor="olga")
    with path.open(encoding="utf-8-sig", newline="") as file:
        emails = [row[0] for row in csv.reader(file)][1:]
    expected = {f"reader-{number}@example.org" for number in range(2_100)} - {"reader-7@example.org"}
    assert len(emails) == len(set(emails))
    assert set(emails) == expected | {"paused@example.org"}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("library")
def test_con_08_imports_and_exports_are_in_the_audit_log(db: Database, write: Write, tmp_path: Path) -> None:
    take(db, write(GOOD))
    export_file(db, tmp_path / "out.csv", actor="olga")
    with db.read() as session:
        entries = session.execute(select(AuditEntry.actor, AuditEntry.action, AuditEntry.subject)).all()
    assert [tuple(entry) for entry in entries] == [
        ("olga", "subscribers.import", "subscribers.csv"),
        ("olga", "subscribers.export", "out.csv"),
    ]
