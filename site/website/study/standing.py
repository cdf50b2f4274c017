"""How a reader stands in an exam: counts of what was answered and right, with an interval, and what lies ahead.

There is no "probability to pass": nothing that we count says one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from website.study.due import capped_day, minutes, seconds_of
from website.study.memory import State, next_state
from website.study.replay import NEVER

FEWEST = 5  # answers in a domain before it is called the weakest
GOOD = 3
Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """An item of the exam, and the grade of the last answer to it; 0 if it was never answered."""

    kind: str
    domain: str  # slug; "" without one
    article_id: int
    last_grade: int


@dataclass(frozen=True, slots=True)
class DomainStanding:
    """How many items a domain has, how many were answered, and how many of those right at the last time."""

    domain: str
    items: int
    answered: int
    right: int

    @property
    def interval(self) -> tuple[int, int]:
        """What 95 % of samples of this size would say of the same knowledge, in percent."""
        low, high = wilson(self.right, self.answered)
        return round(100 * low), round(100 * high)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead until the exam."""

    days: int
    reviews: int  # that come up if all goes well
    unseen: int  # items that were never answered
    minutes_a_day: int

    @property
    def unseen_a_day(self) -> int:
        """How many new items a day see them all."""
        return -(-self.unseen // self.days)


def wilson(right: int, answered: int) -> tuple[float, float]:
    """The Wilson score interval of 95 % for a share; all is possible when nothing was answered."""
    if not answered:
        return 0.0, 1.0
    share, spread = right / answered, Z * Z / answered
    middle = share + spread / 2
    half = Z * sqrt(share * (1 - share) / answered + spread / (4 * answered))
    # At the ends it is exact, where the root is not.
    low = (middle - half) / (1 + spread) if right else 0.0
    high = (middle + half) / (1 + spread) if right < answered else 1.0
    return low, high


def by_domain(items: Iterable[ItemStanding]) -> list[DomainStanding]:
    """The standing in each domain, in the order in which they appear."""
    domains: dict[str, list[ItemStanding]] = {}
    for item in items:
        domains.setdefault(item.domain, []).append(item)
    return [
        DomainStanding(
            domain, len(all_of), sum(item.last_grade > 0 for item in all_of), sum(item.last_grade > 1 for item in all_of)
        )
        for domain, all_of in domains.items()
    ]  # fmt: skip


def weakest(domains: Sequence[DomainStanding]) -> DomainStanding | None:
    """The domain of which we are surest that it is weak: the upper end of its interval is the lowest."""
    known = [
        domain
        for domain in domains
        if domain.domain and domain.answered >= FEWEST and domain.right < domain.answered
    ]
    return min(known, key=lambda domain: wilson(domain.right, domain.answered)[1], default=None)


def article_to_read(items: Iterable[ItemStanding], domain: str) -> int | None:
    """The article with the most missed items of a domain."""
    missed: dict[int, int] = {}
    for item in items:
        if item.domain == domain and item.last_grade == 1:
            missed[item.article_id] = missed.get(item.article_id, 0) + 1
    return max(missed, key=lambda article_id: (missed[article_id], -article_id), default=None)


def ahead(
    items: Iterable[ItemStanding], states: Mapping[str, Sequence[State]], today: int, exam_day: int
) -> Ahead:
    """What lies ahead until the exam, if every review is answered well on its day. `states` are those under review, by kind."""
    unseen = [item for item in items if not item.last_grade]
    reviews = {
        kind: sum(_reviews(state, today, exam_day) for state in all_of) for kind, all_of in states.items()
    }
    seconds = sum(seconds_of(item.kind) for item in unseen)
    seconds += sum(seconds_of(kind) * count for kind, count in reviews.items())
    days = exam_day - today
    return Ahead(days, sum(reviews.values()), len(unseen), minutes(-(-seconds // days)))


def _reviews(state: State, today: int, exam_day: int) -> int:
    count = 0
    while state.due != NEVER:
        day = max(capped_day(state.due, state.last, exam_day), today)
        if day >= exam_day:
            break
        count += 1
        state = next_state(state, GOOD, day)
    return count
