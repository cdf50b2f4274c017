"""What follows from the events of an item."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from website.study.memory import next_state
from website.study.replay import NEVER, PastEvent, fold

START = datetime(2026, 1, 1, tzinfo=UTC)


def past(kind: str, grade: int, day: int, *, meaning: int = 1, minute: int = 0) -> PastEvent:
    at = START + timedelta(days=day, minutes=minute)
    return PastEvent(day, at, f"{day}-{minute}-{kind}-{grade}", kind, grade, meaning)


def test_a_right_answer_alone_is_remembered_and_not_reviewed() -> None:
    remembered = fold([past("answer", 3, 5)])
    assert remembered is not None
    assert (remembered.due_day, remembered.state) == (NEVER, next_state(None, 3, 5))


@pytest.mark.parametrize(
    "event", [past("answer", 1, 5), past("mark", 0, 5), past("grade", 4, 5)], ids=["missed", "marked", "graded"]
)  # fmt: skip
def test_what_is_missed_marked_or_graded_is_reviewed(event: PastEvent) -> None:
    remembered = fold([event])
    assert remembered is not None
    assert remembered.is_under_review


def test_what_is_marked_and_was_never_answered_is_due_on_that_day() -> None:
    remembered = fold([past("mark", 0, 5)])
    assert remembered is not None
    assert remembered.due_day == 5
    answered = fold([past("mark", 0, 5), past("answer", 3, 9)])
    assert answered is not None
    assert answered.state == next_state(None, 3, 9)


def test_what_is_no_longer_wanted_is_not_reviewed_until_it_is_missed() -> None:
    events = [past("answer", 1, 5), past("unmark", 0, 6)]
    remembered = fold(events)
    assert remembered is not None
    assert remembered.due_day == NEVER
    again = fold([*events, past("answer", 1, 9)])
    assert again is not None
    assert again.is_under_review


def test_an_item_that_means_something_else_begins_anew_and_stays_under_review() -> None:
    remembered = fold([past("answer", 1, 5), past("answer", 3, 9), past("answer", 3, 20, meaning=2)])
    assert remembered is not None
    assert (remembered.meaning, remembered.is_under_review) == (2, True)
    assert remembered.state == next_state(None, 3, 20)


def test_an_answer_to_what_it_meant_before_says_nothing_any_longer() -> None:
    first = past("answer", 1, 5, meaning=2)
    late = past("answer", 3, 6, meaning=1)  # on a device that was offline
    assert fold([first, late]) == fold([first])


EVENTS = st.lists(
    st.builds(
        past,
        st.sampled_from(["answer", "grade"]),
        st.integers(1, 4),
        st.integers(0, 40),
        meaning=st.integers(1, 3),
        minute=st.integers(0, 3),
    )
    | st.builds(past, st.sampled_from(["mark", "unmark"]), st.just(0), st.integers(0, 40)),
    max_size=12,
    unique_by=lambda event: event.event_id,
)


@given(EVENTS, st.randoms())
def test_any_order_of_telling_comes_to_the_same(events: list[PastEvent], chance: object) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(events)


@given(EVENTS)
def test_nothing_is_due_again_on_the_day_of_its_last_answer(events: list[PastEvent]) -> None:
    remembered = fold(events)
    if remembered is None or not remembered.state.reps:
        return
    assert remembered.state.last < remembered.due_day
