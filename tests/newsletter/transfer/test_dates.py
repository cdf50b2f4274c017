"""Moments as services and spreadsheets write them."""

from datetime import UTC, datetime

import pytest

from newsletter.transfer.dates import InvalidDateError, day_comes_first, read_moment

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-03-31", "2026-03-31 00:00:00"),
        ("2026-03-31 18:00:00", "2026-03-31 18:00:00"),
        ("2026-03-31 18:00:00 -0400", "2026-03-31 22:00:00"),
        ("2026-03-31T18:00:00.000Z", "2026-03-31 18:00:00"),
        ("2026-03-31 18:00:00.5 +0000 UTC", "2026-03-31 18:00:00.500000"),
        ("2026-03-31 18:00:00 UTC", "2026-03-31 18:00:00"),
        ("3/31/2026 6:00 PM", "2026-03-31 18:00:00"),
        ("31/03/2026 18:00", "2026-03-31 18:00:00"),
        ("31.03.2026", "2026-03-31 00:00:00"),
        ("05/05/2026", "2026-05-05 00:00:00"),
        ("Mar 31, 2026", "2026-03-31 00:00:00"),
        ("31 March 2026", "2026-03-31 00:00:00"),
        ("2026/03/31 18:00:00", "2026-03-31 18:00:00"),
    ],
)
def test_a_moment_is_read(cell: str, moment: str) -> None:
    assert read_moment(cell, NOW) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("yesterday", "is not a date"),
        ("2026-02-30", "is not a date"),
        ("31/02/2026", "is not a date"),
        ("31/03/2026 noon", "is not a date"),
        ("04/05/2026", "could be two dates"),
        ("0001-01-01T00:00:00+02:00", "not between 1900 and 2999"),
        ("2999-12-31", "is in the future"),
    ],
)
def test_what_is_none_is_refused_in_a_sentence(cell: str, reason: str) -> None:
    with pytest.raises(InvalidDateError, match=reason):
        read_moment(cell, NOW)


@pytest.mark.parametrize(
    ("cells", "day_first"),
    [
        (["4/5/2026", "31/3/2026"], True),
        (["4/5/2026", "3/31/2026"], False),
        (["4/5/2026", "2026-01-01"], None),
    ],
)
def test_a_whole_column_says_in_which_order_its_dates_are(cells: list[str], day_first: bool | None) -> None:
    assert day_comes_first(cells) is day_first


def test_the_order_of_the_column_settles_a_date_that_may_mean_two() -> None:
    assert read_moment("04/05/2026", NOW, day_first=True) == datetime(2026, 5, 4, tzinfo=UTC)
    assert read_moment("04/05/2026", NOW, day_first=False) == datetime(2026, 4, 5, tzinfo=UTC)
