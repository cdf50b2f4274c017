"""Pictures made for tests, and what is published of them."""

import io
from pathlib import Path

import pytest
from PIL import Image

from articles.render import WebImage, images


def picture(
    width: int = 1000, height: int = 500, kind: str = "PNG", mode: str = "RGB", **options: object
) -> bytes:
    out = io.BytesIO()
    image = Image.radial_gradient("L").resize((width, height)).convert(mode)
    image.save(out, kind, **options)
    return out.getvalue()


def put(root: Path, content: bytes, name: str = "a.png") -> Path:
    path = root / "cpb" / name
    path.write_bytes(content)
    return path


def publish(root: Path, content: bytes, name: str = "a.png") -> WebImage:
    return images.publish_image(put(root, content, name), root.parent / "media", "/media/")


def made(root: Path) -> dict[str, tuple[int, int]]:
    sizes = {}
    for path in sorted((root.parent / "media").iterdir()):
        with Image.open(path) as image:
            assert image.format == "WEBP"
            sizes[path.name.rpartition("-")[2]] = image.size
    return sizes


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A content folder with an exam in it."""
    (tmp_path / "content" / "cpb").mkdir(parents=True)
    return tmp_path / "content"
