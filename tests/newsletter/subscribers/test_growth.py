"""Who came and who left, month by month, by source and by exam."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from carrel.db import Database
from newsletter.subscribers import consent, growth
from newsletter.subscribers.growth import GrowthRow
from newsletter.subscribers.models import SignUp, Subscriber, SubscriberState
from tests.support.articles import put_exam
from tests.support.newsletter import put_subscriber

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NEW_YORK, UTC_ZONE = ZoneInfo("America/New_York"), ZoneInfo("UTC")


def put(
    session: Session, name: str, came: str, *, left: str = "", source: str = "", exams: tuple[str, ...] = ()
) -> None:
    """Somebody who came then, and may have left since."""
    moment = datetime.fromisoformat(came).replace(tzinfo=UTC)
    gone = datetime.fromisoformat(left).replace(tzinfo=UTC) if left else None
    state = SubscriberState.LEFT if left else SubscriberState.CONFIRMED
    email = f"{name}@example.org"
    who = put_subscriber(
        session, email, created_at=moment, confirmed_at=moment, left_at=gone, state=state, source=source
    )
    put_sign_up(session, who, moment, exams)


def put_sign_up(session: Session, who: Subscriber, moment: datetime, exams: tuple[str, ...]) -> None:
    session.add(
        SignUp(
            subscriber_id=who.id,
            method="account",
            text_version=consent.CURRENT,
            source=who.source,
            frequency="weekly",
            exams=[put_exam(session, exam).id for exam in exams],
            topics=[],
            asked_at=moment,
            confirmed_at=moment,
        )
    )


def test_each_month_has_who_came_who_left_and_the_total_at_its_end(db: Database) -> None:
    with db.write() as session:
        put(session, "old", "2024-05-05")
        put(session, "old-and-gone", "2024-05-05", left="2024-06-05")
        put(session, "left-in-may", "2024-05-05", left="2026-05-31T23:59:59")
        put(session, "june", "2026-06-01")
        put(session, "in-and-out", "2026-11-02", left="2026-11-03")
        put_subscriber(session, "pending@example.org", state=SubscriberState.PENDING, confirmed_at=None)
    with db.read() as session:
        months = growth.by_month(session, UTC_ZONE, NOW)
    assert [month.first for month in months][:: growth.MONTHS - 1] == [date(2025, 12, 1), date(2026, 11, 1)]
    seen = {f"{month.first:%m}": (month.joined, month.left, month.total) for month in months}
    assert (seen["12"], seen["04"]) == ((0, 0, 2), (0, 0, 2))
    assert (seen["05"], seen["06"], seen["11"]) == ((0, 1, 1), (1, 0, 2), (1, 1, 2))


def test_months_begin_where_the_site_is(db: Database) -> None:
    with db.write() as session:
        put(session, "late", "2026-06-01T03:00:00")  # still May 31 in New York
    with db.read() as session:
        months = growth.by_month(session, NEW_YORK, NOW)
    assert [month.first for month in months if month.joined] == [date(2026, 5, 1)]


def test_who_was_imported_came_on_the_day_of_the_import(db: Database) -> None:
    with db.write() as session:
        put_subscriber(
            session,
            created_at=datetime(2026, 8, 8, tzinfo=UTC),
            confirmed_at=datetime(2019, 1, 1, tzinfo=UTC),
        )
    with db.read() as session:
        months = growth.by_month(session, UTC_ZONE, NOW)
    assert [month.first for month in months if month.joined] == [date(2026, 8, 1)]


def test_sources_are_counted_the_pages_as_one_and_small_ones_together(db: Database) -> None:
    with db.write() as session:
        put(session, "one", "2026-10-01", source="/subscribe/")
        put(session, "two", "2026-10-01", source="/articles/x/", left="2026-10-09")
        put(session, "three", "2020-10-01", source="Mailchimp")
        put(session, "four", "2026-10-01")
        for number in range(growth.MOST_SOURCES):
            put(session, f"fair-{number}", "2026-10-01", source=f"fair {number}", left="2026-11-01")
    with db.read() as session:
        rows = growth.by_source(session, UTC_ZONE, NOW)
    assert rows[:3] == [
        GrowthRow("Sign-up forms on the site", 2, 1, 1),
        GrowthRow("Unknown", 1, 0, 1),
        GrowthRow("Mailchimp", 0, 0, 1),
    ]
    assert rows[-1] == GrowthRow("Other sources", 3, 3, 0)


def test_exams_count_what_was_asked_for_and_what_is_followed_now(db: Database) -> None:
    with db.write() as session:
        for position, exam in enumerate(("cpb", "ccm", "none"), 1):
            put_exam(session, exam, position=position, name=exam.upper())
        put(session, "one", "2026-10-01", exams=("cpb", "ccm"))
        put(session, "two", "2026-10-01", exams=("ccm",), left="2026-11-01")
        put(session, "three", "2020-10-01", exams=("cpb",))
    with db.read() as session:
        rows = growth.by_exam(session, UTC_ZONE, NOW)
    assert rows == [GrowthRow("CPB", 1, 0, 2), GrowthRow("CCM", 2, 1, 0)]


def test_without_subscribers_nothing_fails(db: Database) -> None:
    with db.read() as session:
        assert [month.total for month in growth.by_month(session, UTC_ZONE, NOW)] == [0] * growth.MONTHS
        assert growth.by_source(session, UTC_ZONE, NOW) == growth.by_exam(session, UTC_ZONE, NOW) == []
        assert growth.getting_the_digest(session, NOW) == 0
