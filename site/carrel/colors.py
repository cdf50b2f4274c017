"""The publishing brand's own color: refused when text in it could not be read, by day or by night.

Contrast is WCAG 2.2's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): 4.5 at least for words.
"""

from dataclasses import dataclass
from typing import NamedTuple

MIN_CONTRAST = 4.5
SHIPPED, SHIPPED_DARK = "#17594a", "#8ccdb4"  # as in static/css/variables.css
LIGHT_GROUNDS = ("#fbf9f3", "#f3efe4", "#f8e7a9")  # paper, well, a found word
DARK_GROUNDS = ("#191815", "#22211d", "#57480f")
BRIGHT, DARK = "#fffefb", "#0f211b"  # words on the color itself
TINT_SHARE, STEP = 0.1, 0.04


class Rgb(NamedTuple):
    """Red, green and blue, 0 to 255; as text `#rrggbb`."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """Relative luminance, 0 (black) to 1 (white)."""
        red, green, blue = (_linear(part / 255) for part in self)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True)
class Accent:
    """The color of links and buttons, the words on it, and its tint: by day and by night."""

    day: str
    night: str

    @property
    def on_day(self) -> str:
        """Words on the color by day."""
        return _words_on(parse(self.day))

    @property
    def on_night(self) -> str:
        """Words on the color by night."""
        return _words_on(parse(self.night))

    @property
    def css(self) -> str:
        """The rules that put this color in place of the shipped one; none for the shipped one."""
        if (self.day, self.night) == (SHIPPED, SHIPPED_DARK):
            return ""
        pairs = {
            "accent": (self.day, self.night),
            "on-accent": (self.on_day, self.on_night),
            "wash": (_tint(self.day, LIGHT_GROUNDS[0]), _tint(self.night, DARK_GROUNDS[0])),
        }
        rules = "".join(f" --{name}: light-dark({day}, {night});" for name, (day, night) in pairs.items())
        # Who asks their system for more contrast keeps the colors made for it.
        return f"\n@media not (prefers-contrast: more) {{ :root {{{rules} }} }}\n"


def parse(text: str) -> Rgb:
    """`#rrggbb`. Raises `ValueError`."""
    digits = text.removeprefix("#")
    if len(text) != 7 or len(digits) != 6 or set(digits.lower()) - set("0123456789abcdef"):
        raise ValueError("write a color such as #17594a")
    return Rgb(*bytes.fromhex(digits))


def contrast(one: Rgb, other: Rgb) -> float:
    """1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((one.luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)


def accent_of(day: str, night: str) -> Accent:
    """The accent of two settings; what is empty is the shipped one, or made from the other.

    Raises `ValueError` with a readable color when text in that color could not be read.
    """
    if not day:
        return Accent(SHIPPED, _readable(night, DARK_GROUNDS) if night else SHIPPED_DARK)
    return Accent(
        _readable(day, LIGHT_GROUNDS),
        _readable(night, DARK_GROUNDS) if night else str(_towards(parse(day), DARK_GROUNDS)),
    )


def _readable(text: str, grounds: tuple[str, ...]) -> str:
    color = parse(text)
    if _lowest_contrast(color, grounds) >= MIN_CONTRAST:
        return text.lower()
    raise ValueError(
        f"{text} cannot be read on the page (contrast {_lowest_contrast(color, grounds):.1f}, {MIN_CONTRAST} is needed); "
        f"{_towards(color, grounds)} can"
    )


def _lowest_contrast(color: Rgb, grounds: tuple[str, ...]) -> float:
    return min(contrast(color, parse(ground)) for ground in grounds)


def _towards(color: Rgb, grounds: tuple[str, ...]) -> Rgb:
    """The nearest shade that can be read: darker on light grounds, lighter on dark ones."""
    end = Rgb(0, 0, 0) if grounds is LIGHT_GROUNDS else Rgb(255, 255, 255)
    share = 0.0
    while _lowest_contrast(shade := _mix(end, color, share), grounds) < MIN_CONTRAST:
        share += STEP
    return shade


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    return Rgb(*(round(share * a + (1 - share) * b) for a, b in zip(one, other, strict=True)))


def _tint(accent: str, ground: str) -> str:
    return str(_mix(parse(accent), parse(ground), TINT_SHARE))


def _words_on(color: Rgb) -> str:
    return max((BRIGHT, DARK), key=lambda words: contrast(parse(words), color))


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
