"""What a buyer may wish: a few plain words, an address, a day within a year."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from payments.gifts.wishes import GiftWishes, InvalidWishesError, read_wishes

CHICAGO = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 28, 18, tzinfo=UTC)  # noon in Chicago


def read(giver: str = "", message: str = "", email: str = "", day: str = "") -> GiftWishes:
    return read_wishes(giver, message, email, day, CHICAGO)


def refused(**fields: str) -> dict[str, str]:
    with pytest.raises(InvalidWishesError) as invalid:
        read(**fields)
    return invalid.value.errors


def test_nothing_is_needed() -> None:
    assert read() == GiftWishes()


@pytest.mark.parametrize(
    "message",
    [
        "Happy birthday!",
        "For your exam, e.g. the one on 5.12. – good luck.",
        "Line one\nLine two\n\nLine four",
        "Für dich, Łukasz: 加油 🎁",
        "It was $4.99... Enjoy. Really.",
        "a/b, and/or, 24/7",
    ],
)
def test_plain_words_stay_as_they_are(message: str) -> None:
    assert read(message=message).message == message


@pytest.mark.parametrize(
    "message",
    [
        "https://evil.example/win",
        "Go to evil.example now",
        "EVIL.EXAMPLE",
        "evil\u3002example",
        "evil\uff0eexample",
        "evil\uff61example",
        "ev\u200bil.example",
        "www.evil",
        "write to me@evil",
        "mailto:x",
        "tel:900",
        "javascript://x",
        "Congratulations.Click here",
        "пример.рф",
        "1.2.3.com",
    ],
)
def test_what_a_mail_program_would_make_a_link_of_is_refused(message: str) -> None:
    for field in ("giver", "message"):
        assert "Leave out addresses and links" in refused(**{field: message})[field]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\u202eb", "ab"),  # reverses what follows
        ("a\u200b\u2060b", "ab"),
        ("a\x00\x1b[31mb", "a[31mb"),
        ("a\r\nb", "a\nb"),
        ("  a   b  ", "a b"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("\ufb01n", "fin"),
    ],
)
def test_what_hides_or_reverses_is_taken_out(typed: str, kept: str) -> None:
    assert read(message=typed).message == kept


def test_words_are_bounded() -> None:
    assert refused(message="x" * 301)["message"] == "Use at most 300 characters: these are 301."
    assert refused(giver="x" * 61)["giver"].startswith("Use at most 60")
    assert refused(message="x\n" * 8 + "x")["message"] == "Use at most 8 lines."
    assert refused(giver="Ann\nof")["giver"] == "Use one line."
    assert read("x" * 60, "x" * 300).message == "x" * 300


@pytest.mark.parametrize(
    "email", ["x", "a@b@c", "a b@example.org", "@example.org", "a@example.org\nBcc: x@y.z"]
)
def test_an_address_must_be_one(email: str) -> None:
    assert refused(email=email)["email"]


@time_machine.travel(NOON, tick=False)
def test_without_a_day_it_is_sent_at_once() -> None:
    wishes = read(email="bob@example.org")
    assert (wishes.recipient and wishes.recipient.key, wishes.send_at) == ("bob@example.org", NOON)


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("day", "hour"),
    [
        ("2026-11-28", datetime(2026, 11, 28, 18, tzinfo=UTC)),  # today: nine o'clock is past, so now
        ("2026-11-29", datetime(2026, 11, 29, 15, tzinfo=UTC)),
        ("2026-12-24", datetime(2026, 12, 24, 15, tzinfo=UTC)),
        ("2027-07-04", datetime(2027, 7, 4, 14, tzinfo=UTC)),  # summer time
        ("2027-11-28", datetime(2027, 11, 28, 15, tzinfo=UTC)),
    ],
)
def test_it_is_sent_at_nine_o_clock_on_that_day_where_the_site_is(day: str, hour: datetime) -> None:
    assert read(email="bob@example.org", day=day).send_at == hour


@time_machine.travel(datetime(2026, 11, 29, 3, tzinfo=UTC), tick=False)
def test_today_is_today_where_the_site_is() -> None:
    assert read(email="bob@example.org", day="2026-11-28").send_at  # in UTC it is the 29th


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("day", ["2026-11-27", "2027-11-29", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_past_or_too_far_is_refused(day: str) -> None:
    assert refused(email="bob@example.org", day=day)["day"].startswith("Choose today")


@pytest.mark.parametrize("day", ["soon", "24.12.2026", "2026-13-01", "2026-02-30"])
def test_a_day_that_is_none_is_refused(day: str) -> None:
    assert refused(email="bob@example.org", day=day)["day"].startswith("Write the day as")


def test_a_day_without_an_address_is_refused() -> None:
    assert "email" in refused(day="2026-12-24")
