"""Share cards: what is drawn, what is not, and how large the file may be."""

import io
import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, features

from carrel.images import card_text
from carrel.images.cards import HEIGHT, MOST_BYTES, WIDTH, Card, PictureCard

CARD = Card("Clean claims", "Certified Professional Biller", "Carrel", "#17594a", "#fffefb")
LONG = "The appeals process from the first denial to the administrative law judge, with every deadline. " * 4
needs_shaping = pytest.mark.skipif(not features.check("raqm"), reason="needs FriBiDi, which shapes letters")
dejavu = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
needs_dejavu = pytest.mark.skipif(not dejavu.exists(), reason="needs fonts-dejavu-core")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["JPEG"]).convert("RGB")


def ink(content: bytes) -> tuple[int, int, int, int]:
    """The box around everything above the band that is not paper."""
    upper = opened(content).crop((0, 0, WIDTH, 520))
    paper = Image.new("RGB", upper.size, "#fbf9f3")
    dark = ImageChops.difference(upper, paper).convert("L").point(lambda value: 255 if value > 60 else 0)
    box = dark.getbbox()
    assert box
    return box


@pytest.mark.parametrize(
    "title", ["C++", "Clean claims", LONG, "Donaudampfschifffahrts" * 6, "ÆØÅ Ελληνικά Привет Việt"]
)
def test_a_card_has_the_size_that_is_asked_for_and_its_title_stays_inside(title: str) -> None:
    content = replace(CARD, title=title).draw()
    assert opened(content).size == (WIDTH, HEIGHT)
    left, top, right, bottom = ink(content)
    assert left >= 60
    assert right <= WIDTH - 60
    assert top >= 60
    assert bottom < 510
    assert len(content) <= MOST_BYTES


def test_the_same_card_is_the_same_bytes_and_another_has_another_version() -> None:
    assert CARD.draw() == CARD.draw()
    for change in (
        {"title": "X"},
        {"above": "X"},
        {"site": "X"},
        {"color": "#7a1f5c"},
        {"icon": b"x"},
        {"font": "x"},
    ):
        assert replace(CARD, **change).version != CARD.version


def test_a_title_too_long_for_any_size_ends_with_an_ellipsis() -> None:
    lines = card_text.fit(card_text.words(LONG), (84, 40), 1040, 330)
    assert lines[-1].text.endswith("…")
    assert sum(line.height for line in lines) <= 330
    assert all(line.font.getlength(line.text) <= 1040 for line in lines)


def test_a_short_title_is_larger_than_a_long_one() -> None:
    sizes = [card_text.fit(card_text.words(title), (84, 40), 1040, 330)[0].height for title in ("C++", LONG)]
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize("title", ["北京", "دليل الدراسة", "भारत", "Clean 索赔"])
def test_a_script_that_no_face_has_is_not_drawn_as_boxes(title: str) -> None:
    assert card_text.words(title) is None
    assert replace(CARD, title=title).draw() == replace(CARD, title="").draw()


def test_an_emoji_is_left_out_and_the_words_stay() -> None:
    words = card_text.words("🎉 What is new ✈️")
    assert words
    assert words.text == "What is new"


@needs_shaping
@needs_dejavu
def test_arabic_in_the_operators_font_stands_on_the_right() -> None:
    words = card_text.words("دليل الدراسة", str(dejavu))
    assert words
    assert words.is_rtl
    left, _, right, _ = ink(replace(CARD, title="دليل", above="", font=str(dejavu)).draw())
    assert left > WIDTH / 2
    assert right <= WIDTH - 60


def test_letters_that_must_be_joined_are_not_drawn_without_a_shaping_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "check", lambda _name: False)
    assert card_text.words("שלום", str(dejavu)) is None


@pytest.mark.parametrize("size", [(1440, 810), (300, 3000), (2400, 200), (40, 30)])
def test_an_authors_picture_fills_the_card_or_stands_on_paper(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, "navy").save(tmp_path / "a.webp")
    picture = opened(PictureCard(tmp_path / "a.webp").draw())
    assert picture.size == (WIDTH, HEIGHT)
    blue = Image.new("RGB", (1, 1), "navy").getpixel((0, 0))
    corner = picture.getpixel((2, 2))
    assert isinstance(corner, tuple)
    assert isinstance(blue, tuple)
    assert (abs(corner[0] - blue[0]) < 10) == (1.2 <= size[0] / size[1] <= 3)


def test_even_noise_stays_within_the_bytes_that_programs_take(tmp_path: Path) -> None:
    noise = Image.frombytes("RGB", (WIDTH, HEIGHT), random.Random(1).randbytes(WIDTH * HEIGHT * 3))
    noise.save(tmp_path / "a.webp", quality=90)
    assert len(PictureCard(tmp_path / "a.webp").draw()) <= MOST_BYTES
