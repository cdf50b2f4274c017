"""A report as a chart: SVG without styles or scripts, so that the page's policy need not be widened."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import leather

from carrel.ads.reports import ReportRow
from carrel.dates import short_day

WIDTH, HEIGHT = 900, 320  # pixels; the page scales it
SCALES_WITH_THE_PAGE = f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Views and clicks by day"'
MOST_TICKS = 8
VIEWS, CLICKS = "#2a6f6b", "#b3541e"
leather.theme.label_color = "#595959"  # readable on its light ground (WCAG 1.4.3)


def by_day(rows: Sequence[ReportRow], language: str) -> str:
    """Views and clicks over the days, as an `<svg>` element, labeled in the site's English. Needs a day at least."""
    days = [datetime.fromisoformat(row.key) for row in rows]
    chart = leather.Chart()
    chart.add_x_scale(days[0], max(days[-1], days[0] + timedelta(days=1)))
    chart.add_x_axis(
        ticks=days[:: len(days) // MOST_TICKS + 1], tick_formatter=lambda day, *_: short_day(language, day)
    )
    chart.add_y_scale(0, max([row.views for row in rows] + [row.clicks for row in rows] + [4]))
    _draw(chart, "Views", VIEWS, [*zip(days, [row.views for row in rows], strict=True)])
    _draw(chart, "Clicks", CLICKS, [*zip(days, [row.clicks for row in rows], strict=True)])
    svg = str(chart.to_svg(width=WIDTH, height=HEIGHT))
    return svg.replace(f'width="{WIDTH}" height="{HEIGHT}"', SCALES_WITH_THE_PAGE, 1)


def _draw(chart: Any, name: str, color: str, points: list[tuple[datetime, int]]) -> None:
    if len(points) == 1:  # no line to draw
        chart.add_dots(points, name=name, fill_color=color)
    else:
        chart.add_line(points, name=name, stroke_color=color)
