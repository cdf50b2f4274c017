"""A site's own logo, icon and picture: what is made of them, and what is refused in one sentence."""

import io
from pathlib import Path

import pytest
from PIL import Image

from carrel.brand import load_brand
from carrel.settings import SettingsError, load

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10">{}</svg>'
GOOD = SQUARE.format('<rect width="10" height="10" fill="#7a1f5c"/>')


def png(size: tuple[int, int], color: str = "#7a1f5c", mode: str = "RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, "PNG")
    return out.getvalue()


def write(folder: Path, name: str, content: bytes | str) -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder / name)


def test_without_settings_the_icon_is_ours_in_the_sites_color() -> None:
    brand = load_brand(load({"ACCENT_COLOR": "#7a1f5c"}))
    assert b"#7a1f5c" in brand.files["img/favicon.svg"]
    assert (brand.logo, brand.picture, brand.has_icon) == (None, None, False)
    apple = Image.open(io.BytesIO(brand.files["img/icon.png"])).convert("RGB")
    assert apple.getpixel((90, 20)) == (0x7A, 0x1F, 0x5C)


def test_every_size_that_browsers_ask_for_is_made_of_one_icon(tmp_path: Path) -> None:
    brand = load_brand(load({"SITE_ICON": write(tmp_path, "icon.png", png((512, 512)))}))
    assert "img/favicon.svg" not in brand.files
    sizes = {
        name: Image.open(io.BytesIO(brand.files[name])).size for name in ("img/icon.png", "img/icon-192.png")
    }
    assert sizes == {"img/icon.png": (180, 180), "img/icon-192.png": (192, 192)}
    assert Image.open(io.BytesIO(brand.files["img/favicon.ico"])).info["sizes"] == {
        (16, 16),
        (32, 32),
        (48, 48),
    }


def test_apple_shows_no_black_behind_a_transparent_icon(tmp_path: Path) -> None:
    brand = load_brand(load({"SITE_ICON": write(tmp_path, "icon.png", png((200, 200), "#00000000"))}))
    assert Image.open(io.BytesIO(brand.files["img/icon.png"])).convert("RGB").getpixel((5, 5)) == (
        0xFB,
        0xF9,
        0xF3,
    )


@pytest.mark.parametrize(
    ("size", "shown"), [((720, 144), (180, 36)), ((2000, 100), (240, 12)), ((50, 100), (18, 36))]
)
def test_a_logos_size_is_known_before_it_is_there(
    tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    environ = {
        "SITE_LOGO": write(tmp_path, "logo.png", png(size)),
        "SITE_LOGO_DARK": write(tmp_path, "d.png", png(size, "#ffffff")),
    }
    brand = load_brand(load(environ))
    assert brand.logo
    assert (brand.logo.width, brand.logo.height) == shown
    assert brand.files[brand.logo.name][8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("SITE_LOGO", b"no picture", "SITE_LOGO is wrong: The file .* is not a PNG"),
        ("SITE_LOGO", png((100, 40), "#fbf9f3"), "SITE_LOGO is wrong: .*cannot be seen on the page's #fbf9f3; choose"),
        ("SITE_LOGO", png((100, 40), "#191815"), "SITE_LOGO is wrong: .*; set SITE_LOGO_DARK to one for the night"),
        ("SITE_LOGO", png((100, 40), "#00000000"), "cannot be seen"),
        ("SITE_ICON", png((200, 100)), "SITE_ICON is wrong: .*: it must be square"),
        ("SITE_ICON", png((64, 64)), "it must be square, 180 pixels or more"),
        ("SITE_PICTURE", SQUARE.format("<script>1</script>"), "SITE_PICTURE is wrong: .*<script>"),
        ("SITE_PICTURE", SQUARE.format('<image href="https://example.org/a.png"/>'), "<image>"),
        ("SITE_PICTURE", SQUARE.format('<rect onload="x()"/>'), "<rect>"),
        ("SITE_PICTURE", SQUARE.format("<style>@import url(https://example.org)</style>"), "<style>"),
        ("SITE_PICTURE", SQUARE.format('<rect fill="url(https://example.org/#a)"/>'), "<rect>"),
        ("SITE_PICTURE", "<svg", "it is not an SVG"),
        ("CARD_FONT", b"no font", "CARD_FONT is wrong: .*: it is not a font file"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes | str, sentence: str
) -> None:
    file = write(tmp_path, "x.svg" if isinstance(content, str) else "x.png", content)
    with pytest.raises(SettingsError, match=sentence) as refused:
        load_brand(load({name: file}))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("field", ["SITE_LOGO", "SITE_ICON", "SITE_PICTURE"])
def test_a_file_that_is_not_there_is_named(field: str) -> None:
    with pytest.raises(
        SettingsError, match=rf"{field} is wrong: nowhere\.png: it cannot be read: No such file"
    ):
        load_brand(load({field: "nowhere.png"}))


def test_a_plain_svg_is_served_as_it_is(tmp_path: Path) -> None:
    brand = load_brand(load({"SITE_PICTURE": write(tmp_path, "x.svg", GOOD)}))
    assert brand.picture
    assert brand.files[brand.picture.name] == GOOD.encode()


@pytest.mark.parametrize(
    ("links", "sentence"),
    [
        ({"Shop": "javascript:alert(1)"}, "is not a link that works"),
        ({"Shop": "//example.org"}, "is not a link that works"),
        ({"Shop": "https:///x"}, "is not a link that works"),
        ({"": "/about/"}, "must have 1 to 40 characters"),
        ({str(number): "/about/" for number in range(13)}, "13 links; 12 fit"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(links: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=rf"^\[footer_links\] in carrel.toml is wrong: .*{sentence}"):
        load({}, footer_links=links)


def test_the_disclaimer_names_the_exam_and_takes_no_other_braces() -> None:
    settings = load({"SITE_DISCLAIMER": "{site}: {exam} is a mark of {body}."})
    assert settings.disclaimer("CPB", "AAPC") == "Carrel: CPB is a mark of AAPC."
    with pytest.raises(
        SettingsError, match=r"SITE_DISCLAIMER is wrong: it may use \{site\}, \{exam\} and \{body\}"
    ):
        load({"SITE_DISCLAIMER": "{name}"})
