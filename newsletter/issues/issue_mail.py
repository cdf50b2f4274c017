"""An issue as a mail: pure. It is composed once for all who get the same; only links differ, by a mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inscriptis import get_text
from markupsafe import Markup

from carrel.ads.ad_server import FilledSlot
from carrel.mail.compose import compose
from carrel.mail.message import Content, one_line
from carrel.settings import Settings
from newsletter.subscribers.links import with_token
from newsletter.subscribers.models import Frequency

# Stands where a recipient's own token will be. Pieces are cleared of it when they are kept.
MARK = "0token0of0the0recipient0"
LARGEST_HTML = 96_000  # bytes; Gmail cuts a mail off at about 102 kB (MAIL-29)
MOST_TITLES = 60
OFTEN = {
    Frequency.EACH: "as soon as an article appears",
    Frequency.DAILY: "once a day",
    Frequency.WEEKLY: "once a week",
    Frequency.MONTHLY: "once a month",
}

Piece = dict[str, Any]  # what texts.piece_of makes


@dataclass(frozen=True)
class Shape:
    """How much of each article a mail shows."""

    whole: bool = False
    summaries: bool = True
    most: int = MOST_TITLES


# A single article is there to be read in the mail; of several, each is one tap away. Shorter until it fits.
SHAPES = (Shape(whole=True), Shape(), Shape(summaries=False), Shape(summaries=False, most=20))


def compose_issue(
    settings: Settings, pace: Frequency, pieces: Sequence[Piece], *, ad: FilledSlot | None, view_url: str
) -> Content:
    """The mail that brings these pieces, below 100 kB of HTML, with `MARK` in its personal links."""
    shapes = SHAPES if len(pieces) == 1 else SHAPES[1:]
    for shape in shapes:
        content = _compose(settings, pace, pieces, shape, ad=ad, view_url=view_url)
        if len(content.html.encode()) <= LARGEST_HTML:
            break
    return content


def _compose(
    settings: Settings,
    pace: Frequency,
    pieces: Sequence[Piece],
    shape: Shape,
    *,
    ad: FilledSlot | None,
    view_url: str,
) -> Content:
    first, others = pieces[0], pieces[1:]
    whole = first["html"] if shape.whole else ""
    return compose(
        settings,
        "newsletter",
        "digest",
        subject=subject(pieces),
        preheader=one_line(_preheader(first, others), 140),
        groups=_by_exam(pieces[: shape.most]),
        more=max(0, len(pieces) - shape.most),
        count=len(pieces),
        summaries=shape.summaries,
        # Sanitised when it was published.
        whole=Markup(whole),  # noqa: S704
        whole_text=get_text(whole) if whole else "",
        view_url=view_url if others else first["url"],
        ad=ad,
        often=OFTEN[pace],
        links=with_token(settings, MARK),
    )


def subject(pieces: Sequence[Piece]) -> str:
    """The title of the first, and how many there are besides."""
    title = one_line(pieces[0]["title"], 120)
    return title if len(pieces) == 1 else f"{title} (and {len(pieces) - 1} more)"


def _preheader(first: Piece, others: Sequence[Piece]) -> str:
    return " · ".join(piece["title"] for piece in others[:4]) if others else first["summary"]


def _by_exam(pieces: Sequence[Piece]) -> list[tuple[str, list[Piece]]]:
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece["exam"], []).append(piece)
    return list(groups.items())
