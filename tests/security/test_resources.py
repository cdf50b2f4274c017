"""Small inputs that are to cost much memory or time."""

import io
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageFile

from carrel.images import image, processing
from carrel.images.problems import ImageError, ImageShapeError, TooManyPixelsError
from tests.support.browser import forms_of
from tests.support.operators import signed_in


def png(width: int, height: int, mode: str = "L") -> bytes:
    """One color, so that it packs well."""
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, "PNG")
    return out.getvalue()


HUGE = [
    ((5_001, 5_000), TooManyPixelsError),
    ((1, 3_999_999), ImageShapeError),
    ((image.SIDE + 1, 1_000), ImageShapeError),
    ((image.SHAPE + 1, 1), ImageShapeError),
    ((1, image.SHAPE + 1), ImageShapeError),
]


@pytest.mark.parametrize(("size", "refusal"), HUGE)
def test_an_attacker_wants_a_picture_to_be_decoded_that_is_small_only_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], refusal: type[ImageError]
) -> None:
    content = png(*size)
    decoded: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded.append)
    for use in (
        lambda: processing.inspect("a.png", content),
        lambda: processing.publish("a.png", content, tmp_path, "/media/"),
    ):
        with pytest.raises(refusal):
            use()
    assert decoded == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [(image.SHAPE, 1), (100, 100 * image.SHAPE), (800, image.SIDE)])
def test_a_picture_at_the_limits_is_taken(tmp_path: Path, size: tuple[int, int]) -> None:
    made = processing.publish("a.png", png(*size), tmp_path, "/media/")
    assert (made.width, made.height) == size


def test_an_attacker_who_may_upload_wants_our_stack_trace(app: Flask) -> None:
    operator = signed_in(app)
    fields = {
        "csrf_token": forms_of(operator.get("/admin/"))[0].fields["csrf_token"],
        "kind": "image",
        "name": "A",
        "title": "A",
        "url": "/pass/",
        "picture": (io.BytesIO(png(1, 3_999_999)), "a.png"),
    }
    answer = operator.post("/admin/ads/new", fields, follow=False, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "20 times as long as wide" in answer.text
