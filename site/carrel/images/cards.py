"""Share cards: the picture, 1200×630 pixels, that other sites and chats show beside a link (https://ogp.me)."""

import hashlib
import io
from dataclasses import astuple, dataclass
from pathlib import Path
from threading import Lock

from PIL import Image, ImageDraw, ImageOps

from carrel.images import card_text
from carrel.images.card_text import Line, Words

WIDTH, HEIGHT = 1200, 630
RECIPE = 1  # raise it when cards come to look different
MOST_BYTES = 300_000  # some programs show no larger one
_QUALITIES = (86, 78, 68, 55, 40, 25)
_PAPER, _INK = "#fbf9f3", "#24272b"
_MARGIN, _BAND, _ICON = 80, 104, 56
_TITLE_TOP, _TITLE_BOTTOM = 150, HEIGHT - _BAND - 44
_FITTING = (
    1.2,
    3.0,
)  # width to height of pictures that are cut to fill the card; others stand on paper, whole
_one_at_a_time = (
    Lock()
)  # a card takes some 20 ms of a core: a crowd that asks for many must not take all cores


@dataclass(frozen=True)
class Card:
    """What a card says: title, what stands above it, the site's name, colors and icon (a PNG).

    `font` is a file for scripts that the shipped face does not have.
    """

    title: str
    above: str
    site: str
    color: str
    on_color: str
    icon: bytes = b""
    font: str = ""

    @property
    def version(self) -> str:
        """Twelve hex digits that change when the card does."""
        return _digest(RECIPE, *astuple(self))

    def draw(self) -> bytes:
        """The card as JPEG."""
        with _one_at_a_time:
            return _jpeg(_drawn(self))


@dataclass(frozen=True)
class PictureCard:
    """A picture of the author's as a card; `path` is that of the largest of its files."""

    path: Path

    @property
    def version(self) -> str:
        """Twelve hex digits that change when the card does: the file's name is made of its content."""
        return _digest(RECIPE, self.path.name)

    def draw(self) -> bytes:
        """The card as JPEG. Raises FileNotFoundError."""
        with _one_at_a_time, Image.open(self.path, formats=["WEBP"]) as picture:
            return _jpeg(_fitted(picture.convert("RGBA")))


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _drawn(card: Card) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - _BAND, WIDTH, HEIGHT), fill=card.color)
    left = _MARGIN + (_ICON + 24 if _paste_icon(image, card.icon) else 0)
    words = card_text.words(card.site, card.font)
    for line in card_text.fit(words, (40, 28), WIDTH - left - _MARGIN, 60):
        _write(draw, line, (left, HEIGHT - _BAND // 2), "lm", card.on_color)
    title, above = card_text.words(card.title, card.font), card_text.words(card.above, card.font)
    if title:
        _write_line(draw, above, 100, card.color)
        _write_block(draw, title, _INK)
    else:
        _write_block(draw, above, card.color)
    return image


def _write_line(draw: ImageDraw.ImageDraw, words: Words | None, y: int, color: str) -> None:
    for line in card_text.fit(words, (34, 26), WIDTH - 2 * _MARGIN, 50):
        _write(draw, line, (_start(line), y), "rm" if line.is_rtl else "lm", color)


def _write_block(draw: ImageDraw.ImageDraw, words: Words | None, color: str) -> None:
    lines = card_text.fit(words, (84, 40), WIDTH - 2 * _MARGIN, _TITLE_BOTTOM - _TITLE_TOP)
    y = _TITLE_TOP
    for line in lines:
        _write(draw, line, (_start(line), y), "ra" if line.is_rtl else "la", color)
        y += line.height


def _start(line: Line) -> int:
    return WIDTH - _MARGIN if line.is_rtl else _MARGIN


def _write(draw: ImageDraw.ImageDraw, line: Line, at: tuple[int, int], anchor: str, color: str) -> None:
    draw.text(at, line.text, font=line.font, fill=color, anchor=anchor, direction=line.direction)


def _paste_icon(image: Image.Image, icon: bytes) -> bool:
    if not icon:
        return False
    with Image.open(io.BytesIO(icon), formats=["PNG"]) as opened:
        small = opened.convert("RGBA").resize((_ICON, _ICON), Image.Resampling.LANCZOS)
    image.paste(small, (_MARGIN, HEIGHT - (_BAND + _ICON) // 2), small)
    return True


def _fitted(picture: Image.Image) -> Image.Image:
    card = Image.new("RGBA", (WIDTH, HEIGHT), _PAPER)
    if _FITTING[0] <= picture.width / picture.height <= _FITTING[1]:
        fitted = ImageOps.fit(picture, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    else:
        fitted = ImageOps.contain(picture, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    card.alpha_composite(fitted, ((WIDTH - fitted.width) // 2, (HEIGHT - fitted.height) // 2))
    return card.convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    """The best quality that keeps within the bytes allowed."""
    for quality in _QUALITIES:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, subsampling=0 if quality > 80 else 2, optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()
