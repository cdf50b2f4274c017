"""Images that are refused, by name and with what to do, and paths that lead nowhere (CON-03)."""

import io
import os
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from articles.render import images
from articles.render.image_problems import ImageError
from carrel.images.image import BYTES
from tests.articles.render.pictures import picture, put, root

__all__ = ["root"]


def bomb(width: int, height: int) -> bytes:
    """Make a tiny PNG whose head promises a huge picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


REFUSED = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image-svg"),
    "svg called png": (b"<?xml version='1.0'?>\n<!-- x -->\n<SVG/>", "image-svg"),
    "html": (b"<html><script>alert(1)</script>", "image-unknown"),
    "empty": (b"", "image-unknown"),
    "bmp": (picture(10, 10, "BMP"), "image-unknown"),
    "tiff": (picture(10, 10, "TIFF"), "image-unknown"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "image-unknown"),
    "too big": (picture(10, 10) + b"\0" * BYTES, "image-too-big"),
    "41 megapixels": (bomb(6500, 6500), "image-too-many-pixels"),
    "100 megapixels": (bomb(10_000, 10_000), "image-too-many-pixels"),
    "3 gigapixels": (bomb(60_000, 50_000), "image-too-many-pixels"),
    "cut short": (picture()[:600], "image-broken"),
    "bad pixels": (bomb(100, 100), "image-broken"),
    "moving gif": (moving("GIF"), "image-moves"),
    "moving webp": (moving("WEBP"), "image-moves"),
    "moving png": (moving("PNG"), "image-moves"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_con_03_what_is_not_a_plain_image_is_refused_by_name_and_writes_nothing(
    root: Path, content: bytes, code: str
) -> None:
    path = put(root, content)
    with pytest.raises(ImageError) as checked:
        images.check_image(path)
    with pytest.raises(ImageError) as published:
        images.publish_image(path, root.parent / "media", "/media/")
    assert checked.value.code == published.value.code == code
    assert "a.png" in checked.value.message
    assert checked.value.hint
    assert not (root.parent / "media").exists()


def test_a_good_image_passes_the_check_and_writes_nothing(root: Path) -> None:
    images.check_image(put(root, picture()))
    assert not (root.parent / "media").exists()


def test_an_image_is_found_beside_the_article_and_in_other_content_folders(root: Path) -> None:
    path = put(root, picture())
    (root / "ccm").mkdir()
    assert images.find_image(root / "cpb", "a.png", root) == path
    assert images.find_image(root / "ccm", "../cpb/a.png", root) == path


@pytest.mark.parametrize(
    ("src", "code"),
    [
        ("b.png", "image-missing"),
        ("a.png/b.png", "image-missing"),
        ("../../outside.png", "image-outside"),
        ("/etc/passwd", "image-outside"),
        ("link.png", "image-outside"),
        ("a\0.png", "image-outside"),
        ("loop.png", "image-loop"),
        ("x" * 5000, "image-loop"),
    ],
)
def test_con_03_paths_that_lead_nowhere_or_out_are_named(root: Path, src: str, code: str) -> None:
    put(root, picture())
    (root.parent / "outside.png").write_bytes(picture())
    (root / "cpb" / "link.png").symlink_to(root.parent / "outside.png")
    (root / "cpb" / "loop.png").symlink_to(root / "cpb" / "loop.png")
    with pytest.raises(ImageError) as refused:
        images.find_image(root / "cpb", src, root)
    assert refused.value.code == code


def test_a_file_that_vanishes_or_is_no_file_is_named(root: Path) -> None:
    with pytest.raises(ImageError) as vanished:
        images.check_image(root / "cpb" / "a.png")
    os.mkfifo(root / "cpb" / "pipe.png")
    with pytest.raises(ImageError) as pipe:
        images.check_image(root / "cpb" / "pipe.png")
    assert (vanished.value.code, pipe.value.code) == ("image-missing", "image-unknown")
