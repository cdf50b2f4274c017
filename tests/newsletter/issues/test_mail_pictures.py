"""Pictures in mails: PNG or JPEG, in sizes that need no style."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from carrel.images import processing
from carrel.settings import Settings
from newsletter.issues.mail_pictures import with_mail_pictures
from tests.conftest import BASE_URL


def put(settings: Settings, width: int, height: int, kind: str, color: tuple[int, ...] | str = "red") -> str:
    """The tag of a picture as feeds have it; its file is in the media folder."""
    out = io.BytesIO()
    Image.new("RGBA" if kind == "clear" else "RGB", (width, height), color).save(
        out, "PNG" if kind == "clear" else kind
    )
    image = processing.publish("a", out.getvalue(), settings.home / "media", "/media/")
    return f'<img src="{BASE_URL}{image.url}" alt="A chart" width="{image.width}" height="{image.height}">'


def shown(settings: Settings, html: str) -> tuple[Image.Image, dict[str, str]]:
    attributes = dict(re.findall(r'(\w+)="([^"]*)"', html))
    path = settings.home / "media" / Path(attributes["src"]).name
    assert attributes["src"] == f"{BASE_URL}/media/{path.name}"
    return Image.open(io.BytesIO(path.read_bytes())), attributes


@pytest.mark.parametrize(("kind", "form"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("clear", "PNG")])
def test_a_wide_picture_has_the_width_of_the_column_and_twice_the_pixels(
    settings: Settings, kind: str, form: str
) -> None:
    tag = put(settings, 1600, 800, kind, (255, 0, 0, 90) if kind == "clear" else "red")
    image, attributes = shown(settings, with_mail_pictures(settings, f"<p>{tag}</p>"))
    assert (image.format, image.size) == (form, (960, 480))  # of which there are no more
    assert (attributes["width"], attributes["height"], attributes["alt"]) == ("536", "268", "A chart")


def test_a_small_one_stays_as_it_is(settings: Settings) -> None:
    image, attributes = shown(settings, with_mail_pictures(settings, put(settings, 80, 40, "PNG")))
    assert (image.size, attributes["width"]) == ((80, 40), "80")


def test_twice_is_one_file_and_what_is_gone_is_its_words(settings: Settings) -> None:
    tag = put(settings, 80, 40, "PNG")
    assert with_mail_pictures(settings, tag) == with_mail_pictures(settings, tag)
    assert len(list((settings.home / "media").glob("*-mail.*"))) == 1
    gone = f'<p>See <img src="{BASE_URL}/media/{"0" * 24}-960.webp" alt="a chart" width="9" height="9">.</p>'
    assert with_mail_pictures(settings, gone) == "<p>See a chart.</p>"


@pytest.mark.parametrize(
    "html", ["<p>No picture</p>", '<p><img src="https://elsewhere.example/a.webp" alt="x"></p>']
)
def test_everything_else_is_left_alone(settings: Settings, html: str) -> None:
    assert with_mail_pictures(settings, html) == html
