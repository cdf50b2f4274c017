"""The colors of variables.css keep their contrast in both schemes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "site" / "website" / "static" / "css"
PAIR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
SCHEMES = ("light", "dark")
TEXT, LARGE, ENHANCED = 4.5, 3.0, 7.0

# Foreground on background, as the components use them.
WORDS = [
    *[(text, ground) for text in ("ink", "soft", "accent") for ground in ("paper", "card", "well", "wash")],
    *[(tone, ground) for tone in ("good", "bad", "warn") for ground in ("paper", "card", "wash")],
    *[(f"code-{kind}", "well") for kind in ("word", "text", "name", "number")],
    *[("ink", "mark"), ("accent", "mark"), ("on-accent", "accent"), ("paper", "good"), ("paper", "bad")],
]
EDGES = [("edge", ground) for ground in ("paper", "card", "wash", "well")]
# A note or a notice tints its ground with its own tone; the stronger of the two tints is tried.
TONES = ["accent", "good", "bad", "warn", "code-name"]
TINT = 0.08

Color = tuple[float, float, float]


def read(css: str, scheme: str) -> dict[str, Color]:
    """The colors declared in a piece of CSS, as they are by day or by night."""
    return {name: parse((light, dark)[SCHEMES.index(scheme)]) for name, light, dark in PAIR.findall(css)}


def parse(value: str) -> Color:
    red, green, blue = (int(value[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def mix(color: Color, share: float, ground: Color) -> Color:
    red, green, blue = (share * a + (1 - share) * b for a, b in zip(color, ground, strict=True))
    return red, green, blue


def luminance(color: Color) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=SCHEMES)
def colors(request: pytest.FixtureRequest) -> dict[str, Color]:
    return read((CSS / "variables.css").read_text("utf-8"), request.param)


def test_contrast_is_measured_as_wcag_measures_it() -> None:
    assert contrast(parse("#000000"), parse("#ffffff")) == pytest.approx(21)
    assert contrast(parse("#767676"), parse("#ffffff")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), WORDS)
def test_a11y_01_words_can_be_read_on_their_ground(colors: dict[str, Color], text: str, ground: str) -> None:
    assert contrast(colors[text], colors[ground]) >= TEXT


@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_a11y_01_the_edge_of_a_field_can_be_seen(colors: dict[str, Color], edge: str, ground: str) -> None:
    assert contrast(colors[edge], colors[ground]) >= LARGE


@pytest.mark.parametrize("tone", TONES)
def test_a11y_01_a_note_can_be_read_on_its_own_tint(colors: dict[str, Color], tone: str) -> None:
    ground = mix(colors[tone], TINT, colors["paper"])
    assert contrast(colors[tone], ground) >= TEXT
    assert contrast(colors["ink"], ground) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a11y_01_who_asks_for_more_contrast_gets_it(scheme: str) -> None:
    plain = read((CSS / "variables.css").read_text("utf-8"), scheme)
    more = plain | read((CSS / "preferences.css").read_text("utf-8"), scheme)
    for text in ("ink", "soft", "accent"):
        for ground in ("paper", "card", "well"):
            assert contrast(more[text], more[ground]) >= ENHANCED
            assert contrast(more[text], more[ground]) > contrast(plain[text], plain[ground])
