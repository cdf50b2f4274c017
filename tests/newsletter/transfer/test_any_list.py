"""Lists of no service that we know, and what any list says of somebody who left."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.db import Database
from carrel.mail import suppression
from newsletter.subscribers import consent
from newsletter.subscribers.models import SignUp, Subscriber
from tests.newsletter.transfer.conftest import SINCE, Write, fates, look, take
from tests.support.newsletter import put_subscriber

pytestmark = pytest.mark.usefixtures("library")


def put_sign_up(session: Session, subscriber: Subscriber, method: str, confirmed_at: datetime) -> None:
    session.add(
        SignUp(
            subscriber_id=subscriber.id,
            method=method,
            text_version=consent.CURRENT,
            source="",
            frequency="weekly",
            exams=[],
            topics=[],
            asked_at=confirmed_at,
            confirmed_at=confirmed_at,
        )
    )


def test_the_desks_own_table_can_be_read_again(db: Database, write: Write) -> None:
    path = write(
        "anna@example.org,subscribed,daily,,/subscribe/,2026-01-02T00:00:00+00:00,2026-01-01T00:00:00+00:00,",
        "ben@example.org,unsubscribed,weekly,,,2026-01-02T00:00:00+00:00,2026-01-01T00:00:00+00:00,2026-02-01T00:00:00+00:00",
        "cleo@example.org,not confirmed,weekly,,,2026-01-02T00:00:00+00:00,,",
        head="Email,State,How often,Paused until,Source,Added,Consented,Left",
    )
    checked = look(db, path)
    assert fates(checked) == {
        "anna@example.org": "added",
        "ben@example.org": "left",
        "cleo@example.org": "pending",
    }
    assert (checked.parsed.rows[0].frequency, checked.parsed.rows[0].source) == ("daily", "/subscribe/")


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Namn;E-post;Mobil", "Britt;britt@example.org;070"),
        ("Name,Kontakt", "Britt,Britt Berg <britt@example.org>"),
        ("Name\tE-Mail\tState", "Britt\tbritt@example.org\tCA"),
        ("email,type", "britt@example.org,customer"),
        ("email,Start date", "britt@example.org,not in the choir yet"),
        ("britt@example.org,Britt", "carl@example.org,Carl"),
    ],
)
def test_any_list_with_one_column_of_addresses_can_be_read(
    db: Database, write: Write, head: str, line: str
) -> None:
    checked = look(db, write(line, head=head), SINCE)
    assert set(fates(checked).values()) == {"added"}
    assert "britt@example.org" in {row.address.key for row in checked.parsed.rows}


def test_a_status_in_words_that_we_do_not_know_subscribes_nobody(db: Database, write: Write) -> None:
    checked = look(db, write("anna@example.org,abgemeldet", head="email,Status"), SINCE)
    assert fates(checked) == {"anna@example.org": "invalid"}


@pytest.mark.parametrize("word", ["inactive", "Paused"])
def test_who_gets_no_mail_there_is_subscribed_by_no_guess(db: Database, write: Write, word: str) -> None:
    checked = look(db, write(f"anna@example.org,{word}", head="email,status"), SINCE)
    assert fates(checked) == {"anna@example.org": "invalid"}


def test_who_refused_once_is_not_subscribed_by_another_line(db: Database, write: Write) -> None:
    path = write(
        "anna@example.org,active,2024-01-01",
        "Anna@example.org,complained,2024-01-01",
        "anna@example.org,unsubscribed,2024-01-01",
        head="email,status,created_at",
    )
    checked = look(db, path)
    assert [line.fate.value for line in checked.lines] == ["repeated", "complained", "repeated"]
    assert checked.lines[0].sentence == "The same address as in line 3, which is used."


@pytest.mark.parametrize(
    ("method", "left_at", "state"),
    [
        ("import", "2025-06-01", "left"),  # left there after they had come here with an older list
        ("import", "2023-01-01", "confirmed"),
        ("import", "", "left"),
        ("mail", "2023-01-01", "confirmed"),  # subscribed here by themselves, after they had left there
        ("mail", "", "confirmed"),
        ("mail", "2025-06-01", "left"),
    ],
)
def test_who_left_there_is_unsubscribed_here_unless_they_came_back_since(
    db: Database, write: Write, method: str, left_at: str, state: str
) -> None:
    agreed = datetime(2024, 1, 1, tzinfo=UTC)
    with db.write() as session:
        put_sign_up(session, put_subscriber(session), method, agreed)
    take(db, write(f"anna@example.org,{left_at}", head="email,unsubscribed_at", name="unsubscribed.csv"))
    with db.read() as session:
        assert session.scalars(select(Subscriber.state)).one() == state
        assert bool(suppression.reasons(session, "anna@example.org")) == (state == "left")
