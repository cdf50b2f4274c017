"""Pages say which of their words are not English, and which way these run (WCAG 3.1.1, 3.1.2)."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from carrel.services import Services
from carrel.settings import Settings
from tests.support.articles import put_article, put_exam

ARABIC = ' lang="ar" dir="rtl"'
PUBLISHED = datetime(2026, 8, 18, 12, tzinfo=UTC)


@pytest.fixture
def library(services: Services) -> Services:
    """An exam in Arabic, with an English article, and one in the site's language."""
    with services.db.write() as session:
        put_exam(session, "cmp", lang="ar", title="فوترة", summary="مقالات", disclaimer="")
        changes = [{"date": "2026-09-01", "note": "جديد"}]
        sources: list[dict[str, str | None]] = [{"title": "دليل", "url": None}]
        texts: dict[str, Any] = {"title": "مدخل", "summary": "ملخص", "changes": changes, "sources": sources}
        put_article(session, "intro", exam="cmp", domain="claims", published=PUBLISHED, **texts)
        put_article(
            session,
            "claims",
            exam="cmp",
            domain="claims",
            lang="en-US",
            title="Claims",
            summary="In English.",
        )
        put_article(session, "plain", exam="cpb", title="Plain", published=PUBLISHED)
    return services


def test_the_words_of_an_arabic_article_say_so_and_ours_do_not(
    client: FlaskClient, library: Services
) -> None:
    text = client.get("/articles/intro/").text
    assert '<html lang="en-US" dir="ltr">' in text
    for opening in (
        f"<h1{ARABIC}>مدخل", f'<p class="standfirst"{ARABIC}>ملخص', f'<div class="prose"{ARABIC}>',
        f'#page-claims"><bdi{ARABIC}>', f"<dd{ARABIC}>جديد", f"<ol{ARABIC}>\n<li>دليل",
    ):  # fmt: skip
        assert opening in text
    assert '<p class="byline">' in text
    assert '<h2 id="page-sources">Sources' in text


def test_an_article_may_differ_from_its_exam(client: FlaskClient, library: Services) -> None:
    text = client.get("/articles/claims/").text
    assert "<h1>Claims</h1>" in text
    assert '<div class="prose">' in text
    assert f'#page-claims"><bdi{ARABIC}>' in text


def test_an_article_in_the_sites_language_has_no_attribute_too_many(
    client: FlaskClient, library: Services
) -> None:
    text = client.get("/articles/plain/").text
    main = text[text.index("<article>") : text.index("</header>", text.index("<article>"))]
    assert "lang=" not in main
    assert 'dir="' not in main


@pytest.mark.parametrize("path", ["/", "/exams/cmp/", "/search?q=مدخل"])
def test_in_lists_each_title_says_its_own_language(client: FlaskClient, library: Services, path: str) -> None:
    text = client.get(path).text
    title = re.search(r'<h\d[^>]*><a href="/articles/intro/"', text)
    assert title
    assert ARABIC in title[0]
    if path != "/search?q=مدخل":
        title = re.search(r'<h\d[^>]*><a href="/articles/claims/"', text)
        assert title
        assert "lang" not in title[0]


def test_machines_are_told_the_language(client: FlaskClient, library: Services) -> None:
    seen = {}
    for slug in ("intro", "claims", "plain"):
        text = client.get(f"/articles/{slug}/").text
        (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
        (region,) = re.findall(r'<meta property="og:locale" content="(.*?)">', text)
        seen[slug] = (json.loads(data)[0]["inLanguage"], region)
    assert seen == {"intro": ("ar", "ar_EG"), "claims": ("en-US", "en_US"), "plain": ("en-US", "en_US")}


def test_a_date_reads_as_in_america(client: FlaskClient, library: Services) -> None:
    assert '<time datetime="2026-08-18">August 18, 2026</time>' in client.get("/articles/plain/").text


class TestASiteInHebrew:
    """What nobody marks is in the site's language; the site's own words stay English."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"site_language": "he"})

    @pytest.mark.sweep
    def test_its_articles_are_hebrew_and_its_dates_english(
        self, client: FlaskClient, library: Services
    ) -> None:
        text = client.get("/articles/plain/").text
        assert '<html lang="en-US" dir="ltr">' in text
        assert '<h1 lang="he" dir="rtl">Plain' in text
        assert "August 18, 2026" in text
        assert f"<h1{ARABIC}>" in client.get("/articles/intro/").text


class TestASiteInBritain:
    """The site's pages are British English all over, so nothing in them is marked."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"site_language": "en-GB"})

    def test_its_dates_are_british(self, client: FlaskClient, library: Services) -> None:
        text = client.get("/articles/plain/").text
        assert '<html lang="en-GB" dir="ltr">' in text
        assert "<h1>Plain" in text
        assert "18 August 2026" in text
