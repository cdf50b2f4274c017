"""A subject as inboxes show it: cut off where their line ends."""

import unicodedata
from dataclasses import dataclass

LONGEST = 120  # characters; as many as a digest's own subject has at most
# What is left of the subject beside sender and date. Programs measure pixels, so both are rough: phones show 33 to 48
# characters (Gmail and Apple Mail, upright), mail programs on a desktop 60 to 78.
WIDTHS = {"Phone": 40, "Desktop": 70}
ELLIPSIS = "…"
_WITHOUT_WIDTH = {"Mn", "Me", "Cf"}  # accents, vowel signs, joiners, variation selectors


@dataclass(frozen=True)
class CutSubject:
    """How a subject looks on one kind of screen."""

    place: str
    text: str
    is_cut: bool


def cut_subject(subject: str) -> list[CutSubject]:
    """How the subject looks on a phone and on a desktop."""
    texts = {place: _cut(subject, width) for place, width in WIDTHS.items()}
    return [CutSubject(place, text, text != subject) for place, text in texts.items()]


def _cut(subject: str, width: int) -> str:
    if sum(map(_width, subject)) <= width:
        return subject
    used = 1  # the ellipsis
    for position, character in enumerate(subject):
        used += _width(character)
        if used > width:
            return subject[:position].rstrip("\u200d ") + ELLIPSIS
    return subject


def _width(character: str) -> int:
    """In columns: a wide character (UAX #11) takes two, an accent none."""
    if unicodedata.category(character) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
