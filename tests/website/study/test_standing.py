"""How a reader stands: counts, an interval, the weakest domain, and what lies ahead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from website.study.memory import State, next_state
from website.study.replay import NEVER
from website.study.standing import (
    DomainStanding,
    ItemStanding,
    ahead,
    article_to_read,
    by_domain,
    weakest,
    wilson,
)


def item(domain: str = "claims", grade: int = 0, article_id: int = 1, kind: str = "question") -> ItemStanding:
    return ItemStanding(kind, domain, article_id, grade)


def test_14_of_20_fit_48_to_85_percent() -> None:
    assert wilson(14, 20) == pytest.approx((0.4810, 0.8545), abs=1e-4)
    assert DomainStanding("claims", 30, 20, 14).interval == (48, 85)


def test_nothing_answered_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500), st.integers(0, 500))
def test_an_interval_holds_the_share(answered: int, right: int) -> None:
    right = min(right, answered)
    low, high = wilson(right, answered)
    assert 0 <= low <= right / answered + 1e-12
    assert right / answered <= high + 1e-12 <= 1 + 2e-12


def test_a_domain_counts_the_last_answers() -> None:
    items = [item(grade=3), item(grade=1), item(), item("rules", 2)]
    assert by_domain(items) == [DomainStanding("claims", 3, 2, 1), DomainStanding("rules", 1, 1, 1)]


def test_the_weakest_domain_is_the_one_of_which_that_is_surest() -> None:
    unlucky, weak, strong = (
        DomainStanding("a", 9, 2, 0),
        DomainStanding("b", 40, 30, 12),
        DomainStanding("c", 40, 30, 28),
    )
    assert weakest([unlucky, strong, weak]) == weak
    assert weakest([unlucky, DomainStanding("d", 9, 9, 9), DomainStanding("", 40, 30, 1)]) is None


def test_what_to_read_is_the_article_with_the_most_missed_items() -> None:
    items = [
        item(grade=1, article_id=2),
        item(grade=1, article_id=3),
        item(grade=1, article_id=3),
        item("rules", 1, 4),
    ]
    assert article_to_read(items, "claims") == 3
    assert article_to_read([item(grade=3)], "claims") is None


def test_what_lies_ahead_is_spread_over_the_days() -> None:
    items = [item() for _ in range(30)] + [item(kind="card", grade=3)]
    view = ahead(items, {}, 100, 110)
    assert (view.days, view.reviews, view.unseen, view.unseen_a_day, view.minutes_a_day) == (10, 0, 30, 3, 2)


def test_reviews_are_foreseen_as_they_would_come_if_all_goes_well() -> None:
    state, days = next_state(None, 3, 100), []
    while state.due < 200:
        days.append(state.due)
        state = next_state(state, 3, state.due)
    foreseen = ahead([item(grade=3)], {"question": [next_state(None, 3, 100)]}, 101, 200)
    assert foreseen.reviews == len(days) + 1, "and once in the week before"


def test_what_is_overdue_is_due_today_and_what_is_not_reviewed_never_is() -> None:
    overdue, never = State(2.0, 5.0, 50, 48, 1, 0), State(2.0, 5.0, NEVER, 48, 1, 0)
    assert ahead([], {"card": [overdue]}, 100, 101).reviews == 1
    assert ahead([], {"card": [never]}, 100, 101).reviews == 0
