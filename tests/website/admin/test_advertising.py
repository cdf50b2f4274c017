"""House ads through their screens, and the reports."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from carrel import clock
from carrel.ads.models import AdCount, HouseAd, PageCount
from carrel.audit import AuditEntry
from carrel.services import Services
from carrel.settings import Settings
from tests.support.ads import house_ad
from tests.support.articles import put_article
from tests.support.browser import Browser, forms_of
from tests.support.operators import OLGA, signed_in

pytestmark = pytest.mark.both_databases

GOOD: dict[str, Any] = {
    "name": "Pencils in December",
    "title": "Sample pencils",
    "text": "They write.",
    "url": "https://pencils.example/",
    "kind": "text",
    "label": "Sponsored",
    "weight": "25",
    "cap": "1000",
    "starts_at": "2026-12-01T08:00",
    "active": "1",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"time_zone": "America/Chicago"})


@pytest.fixture
def olga(app: Flask) -> Browser:
    return signed_in(app)


def ads(services: Services) -> list[HouseAd]:
    with services.db.read() as session:
        return list(session.scalars(select(HouseAd).order_by(HouseAd.id)))


def png(width: int = 600, height: int = 90) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


def make(olga: Browser, **changes: Any) -> Any:
    page = olga.get("/admin/ads/new")
    return olga.post("/admin/ads/new", forms_of(page)[-1].fields | GOOD | changes)


def test_a_new_ad_is_paused_until_somebody_has_looked_at_it(services: Services, olga: Browser) -> None:
    given = {name: value for name, value in GOOD.items() if name != "active"}
    page = olga.post("/admin/ads/new", forms_of(olga.get("/admin/ads/new"))[-1].fields | given)
    assert "Paused." in page.text
    assert "How it looks" in page.text
    assert not ads(services)[0].active
    assert "On." in olga.send(page, 1, on="1").text


def test_an_ad_is_made_shown_in_each_shape_changed_paused_and_archived(
    services: Services, olga: Browser
) -> None:
    page = make(olga)
    assert page.text.count("They write.</span>") == 11
    (ad,) = ads(services)
    assert (ad.weight, ad.cap, ad.label, ad.active) == (25, 1000, "Sponsored", True)
    assert ad.starts_at == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert 'value="2026-12-01T08:00"' in page.text
    fields = forms_of(page)[-1].fields | GOOD | {"title": "Better pencils"}
    assert "Better pencils" in olga.post("/admin/ads/1", fields).text
    assert "Paused." in olga.post("/admin/ads/1/switch", {"csrf_token": fields["csrf_token"]}).text
    olga.post("/admin/ads/1/switch", {"csrf_token": fields["csrf_token"], "on": "1"})
    olga.send(olga.get("/admin/ads/1"), 2)
    (ad,) = ads(services)
    assert ad.archived_at is not None
    with services.db.read() as session:
        log = session.execute(select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.id)).all()
    names = ["ads.create", "ads.update", "ads.switch", "ads.switch", "ads.archive"]
    assert [tuple(entry) for entry in log] == [(OLGA, name) for name in names]


WRONG: list[tuple[dict[str, str], str]] = [
    ({"url": "javascript:alert(1)"}, "Enter an address that begins with https://"),
    ({"weight": "many"}, "Enter a whole number"),
    ({"weight": "5000"}, "from 1 to 1000"),
    ({"starts_at": "yesterday"}, "Enter a day and a time"),
    ({"starts_at": "2026-12-01T08:00+02:00"}, "Enter a day and a time"),
    ({"ends_at": "2026-11-01T08:00"}, "The end must be after the start"),
    ({"slots": "nowhere"}, "There is no slot"),
    ({"kind": "image"}, "Choose a PNG"),
    ({"label": "Tip"}, "Choose Advertisement or Sponsored"),
    ({"title": ""}, "This cannot be empty"),
]


def test_what_is_wrong_with_an_ad_is_said_beside_its_field(services: Services, olga: Browser) -> None:
    for changes, sentence in WRONG:
        answer = make(olga, **changes)
        assert answer.status_code == 422, changes
        assert sentence in answer.text
        assert "Pencils in December" in answer.text
        assert ads(services) == []


def test_auth_11_a_form_sets_only_what_it_shows(services: Services, olga: Browser) -> None:
    make(olga, id="77", told="x", picture_width="9", archived_at="2026-01-01", created_at="2020-01-01")
    (ad,) = ads(services)
    assert (ad.id, ad.reported_problem, ad.picture_width, ad.archived_at) == (1, "", 0, None)
    assert ad.created_at.year != 2020


def test_con_03_a_picture_is_made_anew_and_an_svg_refused(services: Services, olga: Browser) -> None:
    picture = {"kind": "image", "picture_alt": "Three pencils"}
    refused = make(olga, **picture, picture=(io.BytesIO(b"<svg onload='alert(1)'/>"), "x.svg"))
    assert "is an SVG" in refused.text
    made = make(olga, **picture, picture=(io.BytesIO(png() + b"<script>"), "../../evil name.png"))
    (ad,) = ads(services)
    assert ad.picture is not None
    assert f"/media/{ad.picture}" in made.text
    kept = (services.settings.home / "media" / ad.picture).read_bytes()
    assert b"<script>" not in kept
    assert ad.picture.endswith(".webp")


def test_an_ad_can_be_narrowed_down_to_exams_and_topics_that_are_there(
    services: Services, olga: Browser
) -> None:
    with services.db.write() as session:
        put_article(session, slug="x")
    make(olga, exams="cpb", slots=["side", "foot"])
    (ad,) = ads(services)
    assert (ad.exams, ad.slots) == (["cpb"], ["side", "foot"])


@pytest.fixture
def counted(services: Services) -> None:
    """A little reading in this hour."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with services.db.write() as session:
        session.add(house_ad(id=1, name="=Pencils", price_cents_per_thousand=2000))
        session.add(AdCount(hour=hour, ad="1", slot="side", exam="cpb", views=1500, clicks=12))
        session.add(PageCount(hour=hour, article="what-cmp-means", exam="cpb", views=1000))


@pytest.mark.usefixtures("counted")
def test_the_report_of_ads_has_tables_a_plot_and_files(olga: Browser) -> None:
    page = olga.get("/admin/reports/ads")
    assert "1,500 views, 12 clicks" in page.text
    assert 'role="img" aria-label="Views and clicks by day"' in page.text
    assert "style=" not in page.text
    assert "1,'=Pencils,1500,12,0.8" in olga.get("/admin/reports/ads.csv?by=ad").text
    assert olga.get("/admin/reports/ads.csv?by=day").text.count("\n") == 31
    assert "0 views, 0 clicks" in olga.get("/admin/reports/ads?slot=foot").text


@pytest.mark.usefixtures("counted")
def test_the_joint_report_says_at_how_many_page_views_a_reader_is_worth_the_pass(olga: Browser) -> None:
    page = olga.get("/admin/reports/passes")
    assert "After 166 page views" in page.text  # $4.99 × 1,000 ÷ $30.00
    assert "$4.99 × 1,000 ÷ $30.00" in page.text
    assert "not set: counted as nothing" in page.text
    assert '<a href="/articles/what-cmp-means/">' in page.text
    assert "/articles/what-cmp-means/,1000,0,0,0" in olga.get("/admin/reports/passes.csv").text


def test_the_joint_report_says_so_when_nothing_is_known(olga: Browser) -> None:
    assert "<strong>Unknown:</strong>" in olga.get("/admin/reports/passes").text


@pytest.mark.parametrize(
    "query", ["first=x&last=y", "first=9999-12-31", "last=0001-01-01", "first=2026-12-01&last=2026-01-01"]
)
def test_odd_days_give_a_report_all_the_same(olga: Browser, query: str) -> None:
    assert olga.get(f"/admin/reports/ads?{query}").status_code == 200
