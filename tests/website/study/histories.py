"""Random histories of reviews, the same on every run: days and grades."""

import random
from collections.abc import Iterator

from website.study.memory import State, next_state

History = list[tuple[int, int]]  # day and grade of each review
FIRST_DAY = 20_000


def histories(reviews: int, seed: int = 20261129) -> Iterator[History]:
    """Histories with so many reviews in all: early, late, twice a day, forgotten for a year."""
    chance = random.Random(seed)
    while reviews > 0:
        history = _history(chance, min(chance.randint(1, 30), reviews))
        reviews -= len(history)
        yield history


def _history(chance: random.Random, length: int) -> History:
    day, state, history = FIRST_DAY, None, []
    for _ in range(length):
        grade = chance.choices([1, 2, 3, 4], [20, 15, 50, 15])[0]
        state = next_state(state, grade, day)
        history.append((day, grade))
        day += _gap(chance, state)
    return history


def _gap(chance: random.Random, state: State) -> int:
    kind = chance.random()
    if kind < 0.15:
        return 0
    return (
        round((state.due - state.last) * chance.uniform(0.3, 2.0)) if kind < 0.9 else chance.randint(0, 400)
    )
