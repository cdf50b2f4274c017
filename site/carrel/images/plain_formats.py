"""Pictures for programs that know no WebP: mail programs and e-readers get PNG or JPEG."""

import io
from dataclasses import dataclass

JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class PlainPicture:
    """The bytes of a picture. `suffix` begins with its dot."""

    suffix: str
    media_type: str
    data: bytes


def plain_picture(content: bytes, widest: int | None = None) -> PlainPicture:
    """A WebP of ours as PNG if it is a drawing, else as JPEG; no wider than `widest` pixels."""
    from PIL import Image  # here, as most commands need no pictures and should not wait for it

    out = io.BytesIO()
    with Image.open(io.BytesIO(content), formats=["WEBP"]) as image:
        is_drawing = content[12:16] == b"VP8L" or image.mode == "RGBA"  # the site keeps those lossless
        pixels: Image.Image = image
        if widest and image.width > widest:
            size = (widest, max(1, round(image.height * widest / image.width)))
            pixels = image.resize(size, Image.Resampling.LANCZOS)
        if is_drawing:
            pixels.save(out, "PNG", optimize=True)
            return PlainPicture(".png", "image/png", out.getvalue())
        pixels.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return PlainPicture(".jpg", "image/jpeg", out.getvalue())
