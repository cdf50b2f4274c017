"""What the digest says of reviews: to whom, and how much."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlalchemy import event as sql_event

from carrel.db import Database
from carrel.mail.message import Content
from carrel.services import Services
from newsletter.delivery.message_template import NOTE_MARK, make_template
from newsletter.delivery.recipient_notes import RecipientNote, notes_for, recipient_notes
from tests.support.accounts import ANNA, BOB, make_reader
from tests.website.study.study_rows import NOON, TODAY, event, graded, put_item
from website.study.days import date_of
from website.study.digest_note import due_notes, register, sentence
from website.study.log import store
from website.study.models import StudyPlan


@pytest.fixture(autouse=True)
def clock_stands() -> Iterator[None]:
    """It is noon."""
    with time_machine.travel(NOON, tick=False):
        yield


def want(db: Database, reader_id: int, *, exam_id: int = 1, mail: bool = True, days: int = 90) -> None:
    with db.write() as session:
        plan = {"zone": "UTC", "minutes": 20, "exam_date": date_of(TODAY + days), "mail": mail}
        session.add(StudyPlan(reader_id=reader_id, exam_id=exam_id, **plan))


@pytest.fixture
def anna(db: Database) -> int:
    """A reader with two reviews due in one exam, and one in another."""
    with db.write() as session:
        for key in ("panel", "modifier", "later"):
            put_item(session, key)
        put_item(session, "care", exam="ccm", article="care")
    reader_id = make_reader(db).id
    with db.write() as session:
        rows = [
            event("panel", 1, 9),
            event("modifier", 1, 9),
            event("later", 3, 9),
            event("care", 1, 9, exam="ccm"),
        ]
        store(session, reader_id, rows)
    return reader_id


def notes(db: Database, services: Services, *keys: str) -> dict[str, str]:
    with db.read() as session:
        told = due_notes(session, services.settings, keys or (ANNA, BOB))
    return {key: note.sentence for key, note in told.items()}


def test_only_who_asked_for_it_is_told_and_only_of_that_exam(
    db: Database, services: Services, anna: int
) -> None:
    assert notes(db, services) == {}
    want(db, anna)
    want(db, anna, exam_id=2, mail=False)
    want(db, make_reader(db, BOB).id)
    assert notes(db, services) == {ANNA: "You have 2 reviews due in CPB."}
    assert notes(db, services, BOB) == {}


def test_nobody_is_told_that_nothing_is_due(db: Database, services: Services, anna: int) -> None:
    want(db, anna)
    with db.write() as session:
        store(session, anna, [event("panel", 3), event("modifier", 3)])
    assert notes(db, services) == {}


def test_the_week_before_the_exam_counts(db: Database, services: Services, anna: int) -> None:
    with db.write() as session:
        put_item(session, "card", kind="card")
        store(session, anna, [graded("card", 4, 60), graded("card", 4, 40)])
    want(db, anna, days=1)
    assert notes(db, services) == {ANNA: "You have 3 reviews due in CPB."}


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ({"CPB": 1}, "You have 1 review due in CPB."),
        ({"CPB": 3, "CCM": 1200}, "You have 1,200 reviews due in CCM and 3 reviews due in CPB."),
        ({"A": 1, "B": 3, "C": 2}, "You have 3 reviews due in B, 2 reviews due in C and 1 review due in A."),
    ],
)
def test_it_is_one_sentence(due: dict[str, int], said: str) -> None:
    assert sentence(due) == said


def test_a_batch_of_recipients_costs_two_queries(db: Database, services: Services, anna: int) -> None:
    want(db, anna)
    for number in range(20):
        want(db, make_reader(db, f"reader{number}@example.org").id)
    register()
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    keys = {ANNA, *(f"reader{number}@example.org" for number in range(20))}
    with db.read() as session:
        engine = session.get_bind()
        sql_event.listen(engine, "before_cursor_execute", note)
        assert set(due_notes(session, services.settings, keys)) == {ANNA}
        sql_event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2


def test_a_failure_costs_the_note_and_not_the_digest(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> dict[str, RecipientNote]:
        raise ZeroDivisionError

    monkeypatch.setattr(recipient_notes, "_functions", [fail])
    assert notes_for(services, {ANNA}) == {}


# How it stands in the mail.

NOTE = RecipientNote(
    "You have 12 reviews due in Ärzte & Co. " + "and so on " * 9, "Review it today", "/study/today"
)
TEXT = ".first line\n\nThe words.\nhttps://carrel.test/newsletter/unsubscribe/0token0of0the0recipient0\n"
HTML = f"<html><body>{NOTE_MARK}<p>The words.</p></body></html>\n"


def parts(
    services: Services, note: RecipientNote | None, to: str = ANNA, html: str = HTML
) -> tuple[str, str]:
    """The text and the HTML of a mail, as its recipient's program reads them."""
    template = make_template(services.settings, Content("newsletter/digest", "Subject", TEXT, html))
    date = datetime(2026, 11, 29, tzinfo=UTC)
    raw = template.for_recipient(to=to, token="t" * 20 + "." + "s" * 20, stable_id="1", date=date, note=note)
    mail = message_from_bytes(raw.replace(b"\r\n..", b"\r\n."), policy=policy.default)
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    return text.replace("\r\n", "\n"), html


@pytest.mark.parametrize("to", [ANNA, "änna@example.org"])
def test_a_note_stands_at_the_beginning_of_both_parts(services: Services, to: str) -> None:
    text, html = parts(services, NOTE, to)
    assert text.startswith(
        f"{NOTE.sentence}\nReview it today: https://carrel.test/study/today\n\n.first line"
    )
    assert "Ärzte &amp; Co." in html
    assert 'href="https://carrel.test/study/today"' in html
    assert html.index("Ärzte") < html.index("The words.")


@pytest.mark.parametrize("to", [ANNA, "änna@example.org"])
def test_without_a_note_nothing_stands_there(services: Services, to: str) -> None:
    text, html = parts(services, None, to)
    assert text.startswith(".first line\n")
    assert "0note0" not in text + html
    assert "<body><p>The words." in html


def test_a_mail_without_room_for_a_note_gets_none(services: Services) -> None:
    text, html = parts(services, NOTE, html="<html><body><p>The words.</p></body></html>\n")
    assert "reviews due" not in text + html


def test_a_day_is_the_readers_own(db: Database, services: Services, anna: int) -> None:
    want(db, anna)
    with db.write() as session:
        session.query(StudyPlan).update({"zone": "Pacific/Auckland"})
        store(session, anna, [event("later", 1, 0, day=TODAY - 1, at=NOON - timedelta(hours=20))])
    assert notes(db, services) == {ANNA: "You have 3 reviews due in CPB."}
