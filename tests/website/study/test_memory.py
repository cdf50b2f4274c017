"""How long an item is remembered, beside three other programs that know FSRS-6, and in the browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsrs
import fsrs_rs_python
import pytest
from playwright.sync_api import Browser

from tests.website.study.histories import FIRST_DAY, History, histories
from website.study.memory import LONGEST_INTERVAL, State, next_state, recall

REVIEWS = 40_000
SCRIPT = Path(__file__).parents[3] / "site/website/static/js/memory.js"
VECTORS = Path(__file__).parent / "ts_fsrs_vectors.txt"
NOON = datetime(1970, 1, 1, 12, tzinfo=UTC)
IN_THE_BROWSER = """(histories) => histories.map((history) => {
  let state = null;
  return history.map(([day, grade]) => {
    state = carrelMemory.next(state, grade, day);
    return ["stability", "difficulty", "due", "last", "reps", "lapses"].map((name) => state[name]);
  });
})"""


def states(history: History) -> Iterator[State]:
    state = None
    for day, grade in history:
        state = next_state(state, grade, day)
        yield state


def intervals(history: History) -> list[int]:
    return [state.due - state.last for state in states(history)]


@pytest.fixture(scope="module")
def many() -> list[History]:
    """Histories with all the reviews that we compare."""
    return list(histories(REVIEWS))


@pytest.mark.sweep
def test_py_fsrs_says_the_same_intervals(many: list[History]) -> None:
    steps: tuple[timedelta, ...] = ()
    scheduler = fsrs.Scheduler(
        learning_steps=steps, relearning_steps=steps, maximum_interval=LONGEST_INTERVAL, enable_fuzzing=False
    )
    for history in many:
        card, theirs = fsrs.Card(), []
        for day, grade in history:
            moment = NOON + timedelta(days=day)  # whole days of 24 hours, which is how it counts
            card, _ = scheduler.review_card(card, fsrs.Rating(grade), moment)
            theirs.append((card.due - moment).days)
        assert intervals(history) == theirs


def test_fsrs_rs_says_the_same_intervals(many: list[History]) -> None:
    model = fsrs_rs_python.FSRS(fsrs_rs_python.DEFAULT_PARAMETERS)
    for history in many:
        memory, last, theirs = None, history[0][0], []
        for day, grade in history:
            after = model.next_states(memory, 0.9, day - last)
            choice = (after.again, after.hard, after.good, after.easy)[grade - 1]
            memory, last = choice.memory, day
            theirs.append(min(max(round(choice.interval), 1), LONGEST_INTERVAL))
        assert intervals(history) == theirs


def test_ts_fsrs_said_the_same_intervals() -> None:
    lines = VECTORS.read_text("utf-8").splitlines()
    assert sum(len(line.split()) for line in lines) > 20_000
    for line in lines:
        day, history, theirs = FIRST_DAY, [], []
        for review in line.split():
            gap, grade, interval = map(int, review.split("."))
            day += gap
            history.append((day, grade))
            theirs.append(interval)
        assert intervals(history) == theirs


@pytest.mark.browser
@pytest.mark.sweep
def test_a_browser_says_the_same_of_every_review(browser: Browser, many: list[History]) -> None:
    page = browser.new_page()
    page.add_script_tag(content=SCRIPT.read_text("utf-8"))
    answers: list[list[list[float]]] = page.evaluate(IN_THE_BROWSER, many)
    page.close()
    for history, theirs in zip(many, answers, strict=True):
        for state, (stability, difficulty, *rest) in zip(states(history), theirs, strict=True):
            assert list(state[2:]) == rest
            assert state[:2] == pytest.approx((stability, difficulty), rel=1e-12)


def test_an_interval_is_a_day_to_a_year(many: list[History]) -> None:
    of_all = {interval for history in many for interval in intervals(history)}
    assert (min(of_all), max(of_all)) == (1, LONGEST_INTERVAL)


def test_what_is_forgotten_on_a_later_day_is_a_lapse_and_again_within_a_day_is_none() -> None:
    first = next_state(None, 1, 100)
    same_day = next_state(first, 1, 100)
    later = next_state(same_day, 1, 101)
    assert [state.lapses for state in (first, same_day, later)] == [0, 0, 1]


def test_a_mark_is_no_review() -> None:
    marked = State(0.0, 0.0, 100, 100, 0, 0)
    assert next_state(marked, 3, 140) == next_state(None, 3, 140)
    assert next_state(marked, 1, 140).lapses == 0


def test_a_day_before_the_last_counts_as_the_last() -> None:
    state = next_state(None, 3, 100)
    assert next_state(state, 3, 90) == next_state(state, 3, 100)


def test_recall_has_fallen_to_90_percent_when_an_item_is_due() -> None:
    assert recall(8.0, 8) == pytest.approx(0.9)
    assert recall(8.0, 0) == 1.0
