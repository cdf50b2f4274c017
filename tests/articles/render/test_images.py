"""Images: found, refused or made anew (CON-03)."""

import io
import os
import struct
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from articles.render import images
from articles.render.image_problems import MissingImageError
from tests.articles.render.pictures import made, picture, publish, put, root

__all__ = ["root"]

SECRET = b"48.1371N 11.5754E"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_con_03_every_kind_becomes_webp_in_the_widths_it_can_fill(root: Path, kind: str) -> None:
    shown = publish(root, picture(1000, 500, kind), "a.any")
    assert made(root) == {"1000.webp": (1000, 500), "480.webp": (480, 240), "960.webp": (960, 480)}
    assert (shown.width, shown.height) == (960, 480)
    assert [part.split()[1] for part in shown.srcset.split(", ")] == ["480w", "960w", "1000w"]
    assert shown.url in shown.srcset


def test_a_small_image_is_not_blown_up_and_needs_no_choice(root: Path) -> None:
    shown = publish(root, picture(30, 20))
    assert (shown.width, shown.height, shown.srcset) == (30, 20, "")
    assert made(root) == {"30.webp": (30, 20)}


def test_a_large_image_is_made_no_wider_than_a_page_needs(root: Path) -> None:
    publish(root, picture(3000, 150))
    assert made(root) == {"1440.webp": (1440, 72), "480.webp": (480, 24), "960.webp": (960, 48)}


def test_con_03_metadata_stays_behind_and_orientation_is_kept(root: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = SECRET.decode()
    shown = publish(root, picture(100, 50, "JPEG", exif=exif.tobytes(), comment=SECRET), "a.jpg")
    assert (shown.width, shown.height) == (50, 100)
    (path,) = (root.parent / "media").iterdir()
    assert SECRET not in path.read_bytes()
    with Image.open(path) as image:
        assert not image.getexif()


def with_orientation(value: object, kind: int, width: int = 100, height: int = 50) -> bytes:
    """A JPEG whose EXIF says this of its orientation, in this type of TIFF 6.0."""
    packed = value.encode() if isinstance(value, str) else struct.pack("<H", value)
    entry = struct.pack(
        "<HHI4s", 0x0112, kind, max(1, len(packed)) if kind == 2 else 1, packed.ljust(4, b"\0")
    )
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0)
    return picture(width, height, "JPEG", exif=b"Exif\0\0" + tiff)


@pytest.mark.parametrize("turned", range(1, 10))
def test_a_photo_stands_upright_as_exif_says_and_nine_says_nothing(root: Path, turned: int) -> None:
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("yellow", (0, 0, 10, 10))  # the corner that is at the top left unless it is turned
    corners = {
        1: (0, 0),
        2: (1, 0),
        3: (1, 1),
        4: (0, 1),
        5: (0, 0),
        6: (1, 0),
        7: (1, 1),
        8: (0, 1),
        9: (0, 0),
    }
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = turned
    image.save(out, "JPEG", quality=100, exif=exif.tobytes())
    shown = publish(root, out.getvalue(), "a.jpg")
    assert (shown.width, shown.height) == ((20, 40) if turned in {5, 6, 7, 8} else (40, 20))
    (path,) = (root.parent / "media").iterdir()
    with Image.open(path) as made_image:
        right, bottom = corners[turned]
        where = (5 if not right else shown.width - 5, 5 if not bottom else shown.height - 5)
        red, _, blue = made_image.convert("RGB").getpixel(where)  # type: ignore[misc]
    assert red > 150 > blue


@pytest.mark.parametrize(("value", "kind"), [("6", 2), (6, 5), (6, 12), (6, 99), (0, 3), (65535, 3)])
def test_exif_that_cannot_be_read_says_nothing(root: Path, value: object, kind: int) -> None:
    path = put(root, with_orientation(value, kind), "a.jpg")
    images.check_image(path)
    shown = images.publish_image(path, root.parent / "media", "/media/")
    assert (shown.width, shown.height) == (100, 50)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("tiff", [b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b""])
def test_exif_that_is_damaged_warns_nobody(root: Path, tiff: bytes) -> None:
    path = put(root, picture(100, 50, "JPEG", exif=b"Exif\0\0" + tiff), "a.jpg")
    images.check_image(path)
    shown = images.publish_image(path, root.parent / "media", "/media/")
    assert (shown.width, shown.height) == (100, 50)


def test_a_phones_photo_of_two_frames_does_not_move(root: Path) -> None:
    out = io.BytesIO()
    photo, preview = Image.new("RGB", (40, 20), "yellow"), Image.new("RGB", (4, 2), "blue")
    photo.save(out, "MPO", save_all=True, append_images=[preview])
    shown = publish(root, out.getvalue(), "a.jpg")
    assert (shown.width, shown.height) == (40, 20)


@pytest.mark.parametrize("factor", [256, 257])
def test_sixteen_bits_of_gray_keep_their_levels(root: Path, factor: int) -> None:
    levels = [0, 1, 64, 128, 255]
    row = b"".join(struct.pack("<H", level * factor) * 40 for level in levels)
    image = Image.frombytes("I;16", (40 * len(levels), 40), row * 40)  # so large that it is kept without loss
    out = io.BytesIO()
    image.save(out, "PNG")
    publish(root, out.getvalue())
    (path,) = (root.parent / "media").iterdir()
    with Image.open(path) as made_image:
        assert [made_image.convert("L").getpixel((40 * x, 0)) for x in range(len(levels))] == levels


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_file_is_found_however_its_accents_are_stored(root: Path, form: str) -> None:
    name = unicodedata.normalize(form, "Résumé größer.png")  # type: ignore[arg-type]
    path = put(root, picture(30, 20), name)
    for other in ("NFC", "NFD"):
        src = unicodedata.normalize(other, "Résumé größer.png")
        assert images.find_image(root / "cpb", src, root) == path
        assert images.find_image(root, f"cpb/{src}", root) == path


def test_con_03_what_hides_behind_the_pixels_stays_behind(root: Path) -> None:
    publish(root, picture() + b"PK\x03\x04<script>alert(1)</script>" + SECRET)
    assert not any(SECRET in path.read_bytes() for path in (root.parent / "media").iterdir())


def test_transparency_is_kept(root: Path) -> None:
    publish(root, picture(40, 40, mode="RGBA"))
    (path,) = (root.parent / "media").iterdir()
    with Image.open(path) as image:
        assert image.mode == "RGBA" or "A" not in image.getbands()


@pytest.mark.sweep
def test_names_follow_the_content(root: Path) -> None:
    first, again = publish(root, picture()), publish(root, picture(), "b.png")
    other = publish(root, picture(1000, 501))
    assert first == again
    assert first.url != other.url


def test_what_is_there_is_not_made_again_and_what_is_missing_is(root: Path) -> None:
    publish(root, picture())
    media = root.parent / "media"
    kept, gone = sorted(media.iterdir())[:2]
    os.utime(kept, (1, 1))
    gone.unlink()
    publish(root, picture())
    assert kept.stat().st_mtime == 1
    assert gone.exists()


def test_many_writers_at_once_leave_whole_files_only(root: Path) -> None:
    path, media = put(root, picture(500, 40)), root.parent / "media"
    with ThreadPoolExecutor(8) as pool:
        shown = set(pool.map(lambda _: images.publish_image(path, media, "/m/"), range(16)))
    assert len(shown) == 1
    assert sorted(made(root)) == ["480.webp", "500.webp"]


def test_a_failed_write_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        publish(root, picture())
    assert list((root.parent / "media").iterdir()) == []


def test_a_file_is_found_whatever_the_case_of_its_letters_unless_two_could_be_meant(root: Path) -> None:
    path = put(root, picture(30, 20), "Chart Öl.PNG")
    for src in ("chart öl.png", "CHART ÖL.png", "Chart Öl.PNG"):
        assert images.find_image(root / "cpb", src, root) == path
        assert images.find_image(root, f"CPB/{src}", root) == path
    other = put(root, picture(20, 20), "chart öl.png")
    assert images.find_image(root / "cpb", "chart öl.png", root) == other
    with pytest.raises(MissingImageError):
        images.find_image(root / "cpb", "chart ÖL.png", root)
