"""Ads for the demo: they show what a slot looks like and are visibly nobody's."""

import io

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from carrel import clock
from carrel.ads.house_ads import take_picture
from carrel.ads.models import HouseAd
from carrel.db import insert_new
from carrel.deployment import SAMPLE_URL
from carrel.page_cache import bump_cache_version
from carrel.settings import Settings

TEXTS = [
    ("Sample pencils", "A made-up ad that shows what a slot looks like. Create your own ads under /admin/."),
    ("Sample flash cards", "Not for sale. An ad like this one can target one exam or all of them."),
    ("Sample study group", "Ads are chosen by the page that they appear on, never by who reads it."),
]
PICTURE = ("Sample desk lamp", "A made-up ad with a picture.")


def seed_demo_ads(session: Session, settings: Settings) -> bool:
    """Add the sample ads that are missing. Whether any was."""
    added = [_add(session, title, text) for title, text in TEXTS]
    upload = take_picture(settings, "lamp.png", _lamp())
    values: dict[str, object] = {
        "picture": upload.picture,
        "picture_width": upload.width,
        "picture_height": upload.height,
    }
    title, text = PICTURE
    added.append(_add(session, title, text, kind="image", picture_alt="A drawing of a desk lamp", **values))
    if any(added):
        bump_cache_version(session)
    return any(added)


def _add(session: Session, title: str, text: str, **values: object) -> bool:
    return insert_new(
        session,
        HouseAd,
        name=f"Demo: {title}",
        title=title,
        text=text,
        url=SAMPLE_URL,
        created_at=clock.now(),
        **values,
    )


def _lamp() -> bytes:
    image = Image.new("RGB", (480, 270), "#e9e3d5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((140, 236, 280, 248), fill="#3d4f4c")
    draw.line((210, 236, 210, 130, 310, 70), fill="#3d4f4c", width=8, joint="curve")
    draw.polygon(((290, 40), (350, 96), (270, 122)), fill="#2a6f6b")
    draw.polygon(((270, 122), (350, 96), (390, 236), (250, 236)), fill="#f6edc9")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
