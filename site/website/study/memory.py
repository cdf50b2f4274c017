"""How long a reader remembers an item: FSRS-6 with its default parameters, on whole days (ADR 37).

Readers shall recall 90 % of what is due. `static/js/memory.js` says the same in the browser.
"""

from math import exp, floor
from typing import NamedTuple

LONGEST_INTERVAL = 365
LEAST_STABILITY, GREATEST_STABILITY = 0.001, 36500.0
FIRST_STABILITIES = (0.212, 1.2931, 2.3065, 8.2956)  # by grade
HARD, EASY = 0.6014, 1.8729
DECAY = -0.1542
FACTOR = 0.9 ** (1 / DECAY) - 1  # after as many days as the stability says, recall has fallen to 90 %
RELIEF = exp(0.5425 * 0.0912)  # forgetting makes a memory weaker by this at least


class State(NamedTuple):
    """What is known of a memory after the last review. Days are counted from 1970-01-01."""

    stability: float  # days until recall has fallen to 90 %
    difficulty: float  # 1 to 10
    due: int
    last: int
    reps: int
    lapses: int  # how often it was forgotten on a later day


def next_state(state: State | None, grade: int, day: int) -> State:
    """The memory after a review. `grade`: 1 again, 2 hard, 3 good, 4 easy; a day before the last counts as the last."""
    if state is None or not state.reps:
        stability, difficulty, days, lapses = FIRST_STABILITIES[grade - 1], _first_difficulty(grade), 0, 0
    else:
        days = max(day - state.last, 0)
        day = state.last + days
        stability = _next_stability(state, grade, days)
        damped = state.difficulty - 3.0194 * (grade - 3) * (10 - state.difficulty) / 9
        difficulty = 0.001 * _first_difficulty(4) + (1 - 0.001) * damped
        lapses = state.lapses + (grade == 1 and days > 0)
    stability = min(max(stability, LEAST_STABILITY), GREATEST_STABILITY)
    interval = min(max(floor(stability + 0.5), 1), LONGEST_INTERVAL)
    reps = state.reps + 1 if state else 1
    return State(stability, min(max(difficulty, 1.0), 10.0), day + interval, day, reps, lapses)


def recall(stability: float, days: int) -> float:
    """The chance that it is still known so many days after the last review."""
    return float((1 + FACTOR * days / stability) ** DECAY)


def _first_difficulty(grade: int) -> float:
    return 6.4133 - exp(0.8334 * (grade - 1)) + 1


def _next_stability(state: State, grade: int, days: int) -> float:
    stability, difficulty = state.stability, state.difficulty
    if days == 0:
        rise = exp(0.5425 * (grade - 3 + 0.0912)) * stability**-0.0658
        return float(stability * (max(rise, 1.0) if grade > 1 else rise))
    lost = 1 - recall(stability, days)
    if grade == 1:
        left = 1.4835 * difficulty**-0.0614 * ((stability + 1) ** 0.2629 - 1) * exp(1.6483 * lost)
        return float(min(left, stability / RELIEF))
    bonus = {2: HARD, 4: EASY}.get(grade, 1.0)
    rise = exp(1.8722) * (11 - difficulty) * stability**-0.1666 * (exp(0.796 * lost) - 1)
    return float(stability * (1 + rise * bonus))
