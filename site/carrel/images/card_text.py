"""Words on a card: which face has them, where their lines break, how large they may be."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import fontpkg_literata
from PIL import ImageFont, features

SHIPPED = str(Path(fontpkg_literata.ROOT) / "files" / "Literata[opsz,wght].ttf")  # SIL Open Font License 1.1
WEIGHT, CALMEST = 600, 24  # above that optical size hairlines get thin
LINE_HEIGHT = 1.18  # of the size
STEP = 4  # pixels between the sizes that are tried
ELLIPSIS = "…"
_NOT_A_CHARACTER = "\U0010ffff"  # no face has it, so it shows what the face draws for what it lacks
_VARIATIONS = re.compile("[\ufe00-\ufe0f]")  # selectors that make a sign an emoji
_RIGHT_TO_LEFT = {"R", "AL"}
_MARKS = {"Mn", "Mc"}


@dataclass(frozen=True)
class Words:
    """A text that can be drawn, and the file of the face that has all of it."""

    text: str
    path: str

    @property
    def is_rtl(self) -> bool:
        """Whether its first letter with a direction runs from right to left."""
        strong = (unicodedata.bidirectional(character) for character in self.text)
        return next((kind in _RIGHT_TO_LEFT for kind in strong if kind in {"L", *_RIGHT_TO_LEFT}), False)


@dataclass(frozen=True)
class Line:
    """One line in the size that it has."""

    text: str
    font: ImageFont.FreeTypeFont
    height: int
    is_rtl: bool

    @property
    def direction(self) -> str | None:
        """The direction of the line, which only a shaping engine takes."""
        return ("rtl" if self.is_rtl else "ltr") if features.check("raqm") else None


def words(text: str, other_font: str = "") -> Words | None:
    """The text in the first face that has all its letters; without the signs that it lacks. None: draw nothing."""
    text = _VARIATIONS.sub("", unicodedata.normalize("NFC", text))
    if _needs_shaping(text) and not features.check("raqm"):
        return None
    for path in (SHIPPED, other_font) if other_font else (SHIPPED,):
        missing = {character for character in text if not _has(path, character)}
        kept = " ".join("".join(character for character in text if character not in missing).split())
        if kept and not any(_is_needed(character) for character in missing):
            return Words(kept, path)
    return None


def _is_needed(character: str) -> bool:
    """Whether words without this character would be wrong: a letter, digit or mark, but no emoji."""
    return unicodedata.category(character)[0] in "LNMP"


def _needs_shaping(text: str) -> bool:
    """Whether letters must be joined or turned round."""
    return any(
        unicodedata.bidirectional(character) in _RIGHT_TO_LEFT or unicodedata.category(character) in _MARKS
        for character in text
    )


def fit(words: Words | None, sizes: tuple[int, int], width: int, height: int) -> list[Line]:
    """The words in the largest of the sizes (largest, smallest) in which they fit; else as much as fits."""
    if words is None:
        return []
    largest, smallest = sizes
    for size in range(largest, smallest - 1, -STEP):
        line_height = round(size * LINE_HEIGHT)
        lines = list(_wrap(words.text, font(words.path, size), width))
        if len(lines) * line_height <= height:
            break
    most = max(1, height // line_height)
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened(lines[most - 1], font(words.path, size), width)]
    return [Line(line, font(words.path, size), line_height, words.is_rtl) for line in lines]


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Lines that are no wider; a word that is wider, and scripts without spaces, break anywhere."""
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if font.getlength(joined) <= width:
            line = joined
            continue
        if line:
            yield line
        line = word
        while font.getlength(line) > width:
            head = _longest_start(line, font, width)
            yield head
            line = line[len(head) :]
    if line:
        yield line


def _longest_start(word: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    fitting, too_long = 1, len(word)
    while too_long - fitting > 1:
        middle = (fitting + too_long) // 2
        if font.getlength(word[:middle]) <= width:
            fitting = middle
        else:
            too_long = middle
    while fitting > 1 and unicodedata.category(word[fitting]) in _MARKS:  # a mark stays with its letter
        fitting -= 1
    return word[:fitting]


def _shortened(line: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    while font.getlength(line + ELLIPSIS) > width:
        line = line[:-1]
    return line.rstrip(" ,.;:–—-") + ELLIPSIS


@lru_cache(maxsize=64)
def font(path: str, size: int) -> ImageFont.FreeTypeFont:
    """A face in a size. Raises OSError when the file is no font."""
    face = ImageFont.truetype(path, size)
    if path == SHIPPED:
        face.set_variation_by_axes([min(size, CALMEST), WEIGHT])  # its axes: optical size, weight
    return face


@lru_cache(maxsize=8192)
def _has(path: str, character: str) -> bool:
    face = font(path, 40)
    drawn, lacking = face.getmask(character), face.getmask(_NOT_A_CHARACTER)
    return character.isspace() or (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))
