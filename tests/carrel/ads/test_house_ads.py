"""The operator's ads: checked before they are kept, logged, and shown at once."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from carrel.ads import house_ads
from carrel.ads.drafts import AdTargets, Draft, InvalidDraftError, Upload, check, is_target
from carrel.ads.models import HouseAd
from carrel.audit import AuditEntry
from carrel.db import Database
from carrel.images.problems import ImageError
from carrel.page_cache import current_cache_version
from carrel.settings import Settings
from tests.support.ads import NOW

KNOWN = AdTargets(slots={"top", "side"}, exams={"cpb", "ccm"}, topics={"claims"})
DRAFT = Draft(name="Pencils, autumn", title="Sample pencils", url="https://pencils.example/?from=carrel")
IMAGE = replace(DRAFT, kind="image", picture_alt="Three pencils", upload=Upload("x-480.webp", 480, 100))


def faults(**changes: Any) -> dict[str, str]:
    try:
        check(replace(DRAFT, **changes), KNOWN)
    except InvalidDraftError as refused:
        return refused.errors
    return {}


def test_a_plain_ad_is_accepted_and_kept(db: Database) -> None:
    with db.write() as session:
        ad = house_ads.create(session, DRAFT, KNOWN, actor="olga")
    with db.read() as session:
        kept = house_ads.find(session, ad.id)
        assert (kept.title, kept.weight, kept.slots, kept.active) == ("Sample pencils", 10, [], True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"title": ""}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"text": "a\u202egnp.exe"}, "text"),
        ({"kind": "html"}, "kind"),
        ({"label": "News"}, "label"),
        ({"weight": 0}, "weight"),
        ({"weight": 1001}, "weight"),
        ({"cap": 0}, "cap"),
        ({"price_cents_per_thousand": -1}, "price_cents_per_thousand"),
        ({"slots": ("topp",)}, "slots"),
        ({"exams": ("cpx",)}, "exams"),
        ({"topics": ("clams",)}, "topics"),
        ({"starts_at": NOW, "ends_at": NOW}, "ends_at"),
        ({"kind": "image", "picture_alt": "Pencils"}, "picture"),
        ({"kind": "image", "upload": Upload("x.webp", 1, 1)}, "picture_alt"),
        ({"url": "javascript:alert(1)"}, "url"),
    ],
)
def test_a_draft_that_cannot_be_an_ad_is_refused_with_a_sentence_for_the_field(
    changes: dict[str, Any], field: str
) -> None:
    assert list(faults(**changes)) == [field]


@pytest.mark.parametrize(
    "url", ["https://a.example/b?c=d#e", "http://a.example:8080/", "/pass/", "/articles/x/#y"]
)
def test_an_ad_may_link_to_the_web_and_to_our_own_pages(url: str) -> None:
    assert is_target(url)


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example/", "\\\\evil.example",
     "/\\evil.example", "https://", "https://user:word@a.example/", "ftp://a.example/", "https://a.example/ b",
     "\tjavascript:alert(1)", "mailto:a@b.example", "https://[", "https://a.example:99999/", "a.example"],
)  # fmt: skip
def test_an_ad_may_link_nowhere_else(url: str) -> None:
    assert not is_target(url)


def test_the_schema_itself_refuses_an_image_without_a_picture(db: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), db.write() as session:
        session.add(HouseAd(name="x", kind="image", title="x", url="/", created_at=NOW))


def test_two_ads_of_one_name_are_refused_and_the_transaction_goes_on(db: Database) -> None:
    with db.write() as session:
        house_ads.create(session, DRAFT, KNOWN, actor="olga")
        with pytest.raises(InvalidDraftError) as refused:
            house_ads.create(session, DRAFT, KNOWN, actor="olga")
        assert list(refused.value.errors) == ["name"]
        house_ads.create(session, replace(DRAFT, name="Another"), KNOWN, actor="olga")
    with db.read() as session:
        assert len(house_ads.every_ad(session)) == 2


def test_web_12_every_change_is_logged_and_makes_kept_pages_old(db: Database) -> None:
    epochs = []
    with db.write() as session:
        ad = house_ads.create(session, DRAFT, KNOWN, actor="olga")
        epochs.append(current_cache_version(session))
        house_ads.update(session, ad.id, replace(DRAFT, weight=20, ends_at=NOW), KNOWN, actor="olga")
        epochs.append(current_cache_version(session))
        house_ads.archive(session, ad.id, actor="otto")
        epochs.append(current_cache_version(session))
    with db.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert epochs == [2, 3, 4]
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("olga", "ads.create"), ("olga", "ads.update"), ("otto", "ads.archive"),
    ]  # fmt: skip
    assert (entries[1].before, entries[1].after) == (
        {"weight": 10, "ends_at": None},
        {"weight": 20, "ends_at": NOW.isoformat()},
    )


def test_an_archived_ad_keeps_its_row(db: Database) -> None:
    with db.write() as session:
        ad = house_ads.create(session, DRAFT, KNOWN, actor="olga")
        house_ads.archive(session, ad.id, actor="olga")
    with db.read() as session:
        assert house_ads.every_ad(session) == []
        assert [house_ad.id for house_ad in house_ads.every_ad(session, archived=True)] == [ad.id]


def test_a_change_without_an_upload_keeps_the_picture(db: Database) -> None:
    with db.write() as session:
        ad = house_ads.create(session, IMAGE, KNOWN, actor="olga")
        house_ads.update(session, ad.id, replace(IMAGE, upload=None, title="New"), KNOWN, actor="olga")
        assert (ad.picture, ad.picture_width, ad.title) == ("x-480.webp", 480, "New")


def test_an_ad_that_is_not_there_is_named(db: Database) -> None:
    with db.read() as session, pytest.raises(house_ads.AdNotFoundError) as missing:
        house_ads.find(session, 77)
    assert missing.value.ad_id == 77


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG", pnginfo=None)
    return out.getvalue()


def test_con_03_an_uploaded_picture_is_made_anew(settings: Settings) -> None:
    upload = house_ads.take_picture(settings, "../../pencils.php", png(600, 120) + b"<?php evil() ?>")
    written = settings.home / "media" / upload.picture
    assert written.parent == settings.home / "media"
    assert upload.picture.endswith(".webp")
    assert b"php" not in written.read_bytes()
    with Image.open(written) as image:
        assert (image.format, image.size) == ("WEBP", (upload.width, upload.height))


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"GIF89a<script>", b"", b"MZ\x90",
     b"<html><script>alert(1)</script>"],
)  # fmt: skip
def test_con_03_what_is_no_picture_is_refused_and_leaves_no_file(settings: Settings, content: bytes) -> None:
    with pytest.raises(ImageError):
        house_ads.take_picture(settings, "x.png", content)
    assert not list(Path(settings.home / "media").glob("*"))


def test_dates_need_an_order() -> None:
    assert not faults(starts_at=NOW, ends_at=NOW + timedelta(days=1))
