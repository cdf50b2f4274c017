"""One area of the first page: its numbers, each leading to its table, and a small plot of a fortnight."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import leather
from markupsafe import Markup, escape

from carrel.dates import short_day
from carrel.languages import AMERICAN

DAYS = 14
WIDTH, HEIGHT = 340, 120  # pixels; the page scales it
LEAST_TOP = 4  # so that a single thing does not look like a mountain
COLOR = "#2a6f6b"


@dataclass(frozen=True)
class Figure:
    """A number in words for its name, and the table that it comes from."""

    name: str
    value: str
    path: str


@dataclass(frozen=True)
class Panel:
    """An area: its numbers, and what is plotted."""

    title: str
    numbers: Sequence[Figure]
    plot: Markup
    caption: str


@dataclass(frozen=True)
class Fortnight:
    """The last fourteen days, today included, where the operator is."""

    today: date
    zone: ZoneInfo
    language: str = AMERICAN  # of the site

    @property
    def days(self) -> list[date]:
        """All of them, the oldest first."""
        return [self.today - timedelta(days=back) for back in reversed(range(DAYS))]

    @property
    def names(self) -> tuple[str, ...]:
        """What the plots write below each."""
        return tuple(short_day(self.language, day) for day in self.days)

    @property
    def start(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.days[0], datetime.min.time(), self.zone)

    def count(self, moments: Iterable[tuple[datetime, int]]) -> list[int]:
        """The sum for each day, given moments with their counts."""
        counts = Counter[date]()
        for moment, many in moments:
            counts[moment.astimezone(self.zone).date()] += many
        return [counts[day] for day in self.days]


def panel(
    title: str, numbers: Sequence[Figure], subject: str, fortnight: Fortnight, values: Sequence[int]
) -> Panel:
    """An area whose plot shows `subject` on each day."""
    caption = f"{subject}, last {DAYS} days: {sum(values):,} total, {values[-1]:,} today"
    return Panel(title, numbers, columns(fortnight.names, (*values,), caption), caption)


@lru_cache(maxsize=32)  # drawing the five of a page takes longer than reading their numbers
def columns(names: tuple[str, ...], values: tuple[int, ...], label: str) -> Markup:
    """A column for each day, from zero, as an `<svg>` whose label says the same."""
    top = max(LEAST_TOP, *values)
    chart = leather.Chart()
    chart.add_x_axis(ticks=[names[0], names[len(names) // 2], names[-1]])
    chart.add_y_scale(0, top)
    chart.add_y_axis(ticks=[0, top])
    chart.add_columns([*zip(names, values, strict=True)], fill_color=COLOR)
    svg = str(chart.to_svg(width=WIDTH, height=HEIGHT))
    own = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}"'
    return Markup(svg.replace(f'width="{WIDTH}" height="{HEIGHT}"', own, 1))  # noqa: S704 - numbers and days
