"""Ads in the real pages."""

import pytest
from flask.testing import FlaskClient

from articles.models import PlainPage
from carrel.services import Services
from carrel.slots import NetworkAd
from tests.support.accounts import make_reader, make_session
from tests.support.ads import house_ad
from tests.support.articles import put_article
from website.app import create_app

HOSTILE = "<script>alert(1)</script>{{7*7}}\"'>"


@pytest.fixture
def page(services: Services, client: FlaskClient) -> str:
    with services.db.write() as session:
        put_article(session, slug="what-cmp-means")
        session.add(house_ad(title=HOSTILE, text=HOSTILE, url="https://a.example/?x=<b>&y='"))
    return client.get("/articles/what-cmp-means/").get_data(as_text=True)


def test_asvs_1_3_7_a_script_or_a_template_in_an_ad_shows_as_text(page: str) -> None:
    assert 'class="slot ' in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert 'href="https://a.example/?x=&lt;b&gt;&amp;y=&#39;"' in page


def test_priv_11_an_ad_is_labeled_and_its_link_is_sponsored(page: str) -> None:
    assert 'aria-label="Advertisement"' in page
    assert '<span class="slot-label">Advertisement</span>' in page
    assert 'rel="sponsored nofollow"' in page


@pytest.mark.parametrize(("ad_free", "has_slots"), [(True, False), (False, True)])
def test_n8_a_holders_page_has_no_slot_and_is_no_shared_caches(
    services: Services, client: FlaskClient, page: str, ad_free: bool, has_slots: bool
) -> None:
    token = make_session(services.db, make_reader(services.db, ad_free=ad_free))
    client.set_cookie("__Host-carrel_session", token, domain="carrel.test", secure=True)
    for path in ("/articles/what-cmp-means/", "/"):
        answer = client.get(path)
        assert ('class="slot ' in answer.text) is has_slots
        assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("tag", "words"),
    [("", "No advertising network is turned on"), ("<p>x", "An advertising network is turned on")],
)
def test_issue_5_the_privacy_page_says_what_is_on_and_what_is_kept(
    services: Services, tag: str, words: str
) -> None:
    settings = services.settings.model_copy(update={"network_ad": NetworkAd(tag=tag)})
    with services.db.write() as session:
        session.add(PlainPage(slug="privacy", title="Privacy", html="<p>Text</p>"))
    app = create_app(
        Services(settings, services.db, services.signer, services.cache_version, services.page_cache)
    )
    page = app.test_client().get("/privacy/", base_url="https://carrel.test").get_data(as_text=True)
    assert words in page
    for kept in app.extensions["storage_register"]:
        assert f"<code>{kept.name}</code>" in page


def test_ads_false_in_the_front_matter_leaves_no_slot_and_no_style_sheet(
    services: Services, client: FlaskClient
) -> None:
    with services.db.write() as session:
        put_article(session, slug="quiet", ads=False)
        session.add(house_ad())
    page = client.get("/articles/quiet/").get_data(as_text=True)
    assert "slot" not in page
    assert "/seen" not in page
