"""What devices tell: a bad row is refused and counted, and nothing breaks."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.website.study.study_rows import NOON, TODAY, as_json, event
from website.study.events import MalformedLogError, RefusedRowError, as_ms, parse, study_row

GOOD = as_json(event(event_id="0b4f7a52-3c0c-4c7e-9a53-5b0d8c1e2f3a"))
COLUMNS = dict(
    zip(("id", "kind", "exam", "item", "revision", "meaning", "grade", "choice", "day", "at", "mode"), range(11), strict=True)
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def changed(**values: object) -> list[object]:
    """A good row but for these columns."""
    row = list(GOOD)
    for name, value in values.items():
        row[COLUMNS[name]] = value
    return row


def body(events: Any = (), reads: Any = ()) -> bytes:
    return json.dumps({"events": events, "reads": reads}).encode()


def test_answers_of_a_clock_that_is_fast_stay_in_their_order() -> None:
    ahead = as_ms(NOON) + 400 * 86_400_000
    order = [ahead + 7, as_ms(NOON) - 5, ahead + 1, ahead + 7, ahead + 3]
    batch = parse(body([changed(at=at) for at in order] + [changed(at=[]), [], None]), NOON)
    assert [as_ms(row.at) - as_ms(NOON) for row in batch.events] == [0, -5, -2, 0, -1]
    assert batch.refused == 3


def test_a_good_row_is_taken_as_it_is() -> None:
    row = event(grade=1, choice=5)
    assert study_row(as_json(row), NOON) == row


@pytest.mark.parametrize(
    "values",
    [
        {"id": "1"}, {"id": GOOD[0].upper()}, {"id": None}, {"id": f"{GOOD[0]}0"},  # type: ignore[attr-defined]
        {"kind": "seen"}, {"kind": ["answer"]}, {"kind": "mark"},
        {"exam": 1}, {"exam": "c" * 300}, {"exam": "c\0"}, {"item": "Panel"}, {"item": "-"}, {"item": "p" * 61},
        {"revision": "x" * 32}, {"revision": ""}, {"meaning": 0}, {"meaning": 1.0}, {"meaning": True},
        {"grade": 0}, {"grade": 5}, {"grade": "3"}, {"grade": True}, {"choice": -1}, {"choice": 2**53}, {"choice": None},
        {"day": "20000"}, {"day": None}, {"at": -1}, {"at": 1.5}, {"at": None}, {"mode": "exam"}, {"mode": None},
        {"mode": {}},
    ],
)  # fmt: skip
def test_a_bad_row_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(RefusedRowError):
        study_row(changed(**values), NOON)


@pytest.mark.parametrize("row", [None, 1, "row", {}, [], GOOD[:-1], [*GOOD, 1]])
def test_what_is_no_row_is_refused(row: object) -> None:
    with pytest.raises(RefusedRowError):
        study_row(row, NOON)


def test_bad_rows_are_counted_and_the_others_taken() -> None:
    batch = parse(
        body([GOOD, changed(grade=9)], [["clean-claims", "", 1, 0], ["clean-claims", "", True, 0]]), NOON
    )
    assert (len(batch.events), len(batch.reads), batch.refused) == (1, 1, 2)


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"\xff", b"[]", b"1", b"null", body(events={}), body(reads=1), body([GOOD] * 501), body(reads=[[]] * 101),
     b"[" * 100_000],
    ids=lambda sent: repr(sent[:30]),
)  # fmt: skip
def test_what_no_device_of_ours_sends_is_malformed(sent: bytes) -> None:
    with pytest.raises(MalformedLogError):
        parse(sent, NOON)


@given(JSON)
def test_whatever_is_sent_is_taken_or_refused_and_nothing_else(rows: object) -> None:
    try:
        batch = parse(json.dumps({"events": [rows, GOOD], "reads": [rows]}).encode(), NOON)
    except MalformedLogError:
        return
    assert len(batch.events) + len(batch.reads) + batch.refused == 3


def test_a_fast_clock_says_now_and_a_day_that_it_can_be() -> None:
    tomorrow = as_ms(NOON + timedelta(days=400))
    row = study_row(changed(at=tomorrow, day=TODAY + 400), NOON)
    assert (row.at, row.day) == (NOON, TODAY)


def test_a_number_beyond_every_date_says_now() -> None:
    assert study_row(changed(at=10**30, day=-(10**30)), NOON).at == NOON


@pytest.mark.parametrize("day", [TODAY - 1, TODAY])
def test_a_day_that_it_is_somewhere_on_earth_is_kept(day: int) -> None:
    morning = NOON.replace(hour=3)  # on Hawaii it is the evening before; in Auckland it is noon
    assert study_row(changed(at=as_ms(morning), day=day), NOON).day == day
