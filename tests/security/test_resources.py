"""Small inputs that are to cost much memory or time."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageFile

from carrel.images import image, processing
from carrel.images.problems import ImageError, ImageShapeError, TooManyPixelsError
from tests.articles.render.test_limits import FOREVER
from tests.security import slow_inputs
from tests.support.browser import forms_of
from tests.support.operators import signed_in
from tests.support.served import ROOT


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
    assert "20 times as long as it is wide" in answer.text


@pytest.mark.faults
def test_an_attacker_wants_a_text_that_takes_longer_than_its_length_explains() -> None:
    examples = 400 if os.environ.get("CARREL_FULL_FAULTS") else 25
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.slow_inputs", str(examples)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=FOREVER,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1:]} {done.stderr[-1500:]}"


@pytest.mark.sweep
def test_the_search_for_slow_texts_finds_one() -> None:
    assert slow_inputs.is_slow(
        lambda text: [text.count("b", start) for start in range(len(text))], ("", "a", "")
    )
    assert not slow_inputs.is_slow(lambda text: [hashlib.sha256(b"a" * 4_000) for _ in text], ("", "a", ""))
