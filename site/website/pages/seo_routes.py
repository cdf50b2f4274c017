"""For search engines and other programs: the sitemap, robots.txt, llms.txt, security.txt."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort, render_template
from sqlalchemy.orm import Session

from articles import authors, lists, queries, sitemaps
from articles.render import escape_markdown
from articles.series import series_slugs
from articles.study_items import exams_with_items
from articles.terms import exams_with_terms, glossary_path
from carrel import clock
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from website.pages.page_context import earliest

blueprint = Blueprint("machines", __name__)
TEXT, XML = "text/plain", "application/xml"
LLMS_ARTICLES = 1_000  # in all; every exam has its share
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
INDEX = ("sitemapindex", "sitemap")
MOST_FILES = 50_000  # the protocol allows no more in an index
Entry = tuple[str, datetime | None]
PRIVATE_PATHS = ["/account/", "/admin/", "/demo/", "/newsletter/", "/pass/thanks", "/search", "/sign-in/"]
# 64 of each exam, domain, topic and article, and no search engine lists one.
NUMBERED_SETS = "/study/*/practice?*set="
SECURITY_TXT_DAYS = 180  # RFC 9116: "Expires" within a year


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every public page; in a large library, the list of the files that name them."""
    return serve_cached("/sitemap.xml", Audience.GUEST, render_sitemap, XML)


def render_sitemap() -> Rendering:
    """The sitemap, and when the clock changes it."""
    now = clock.now()
    with services().db.read() as session:
        files = sitemaps.files(session, now)
        fresh_until = queries.next_change(session, now)
        if len(files) > 1:
            return _xml([("/sitemap-pages.xml", None), *_names(files)], INDEX), fresh_until
        articles = [entry for number, _ in files for entry in sitemaps.entries(session, now, number)]
        return _xml([*pages(session, now), *articles]), fresh_until


@blueprint.get("/sitemap-pages.xml")
def sitemap_of_pages() -> Response:
    """Every public page that is no article."""
    return serve_cached("/sitemap-pages.xml", Audience.GUEST, render_sitemap_of_pages, XML)


def render_sitemap_of_pages() -> Rendering:
    """The file of the pages that are no articles."""
    now = clock.now()
    with services().db.read() as session:
        return _xml(pages(session, now)), queries.next_change(session, now)


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_of_articles(number: int) -> Response:
    """Some of the articles."""
    render = partial(render_sitemap_of_articles, number)
    return serve_cached(f"/sitemap-{number}.xml", Audience.GUEST, render, XML)


def render_sitemap_of_articles(number: int) -> Rendering:
    """A file of articles; 404 when it would have none."""
    now = clock.now()
    with services().db.read() as session:
        entries = sitemaps.entries(session, now, number) if number <= MOST_FILES else []
        return _xml(entries or abort(404)), queries.next_change(session, now)


def pages(session: Session, now: datetime) -> list[Entry]:
    """What is no article. Lists have no day of change: it would be a guess."""
    listed = queries.exams(session, now)
    exams = [(exam.url, None) for exam in listed]
    with_items = exams_with_items(session, now)
    hubs = [(f"/study/{exam.slug}/", None) for exam in listed if exam.id in with_items]
    topics = [(counted.topic.url, None) for counted in queries.topics(session, now)]
    people = [(author.url, None) for author in authors.authors(session, now)]
    series = [(f"/series/{slug}/", None) for slug in series_slugs(session, now)]
    glossaries = [(glossary_path(slug), None) for slug in exams_with_terms(session, now)]
    plain = [(page.url, page.modified_at) for page in queries.plain_pages(session)]
    own: list[Entry] = [("/", None), ("/pass/", None), ("/subscribe/", None)]
    return [*own, *exams, *hubs, *glossaries, *topics, *series, *people, *plain]


def _names(files: Sequence[tuple[int, datetime | None]]) -> list[Entry]:
    return [(f"/sitemap-{number}.xml", changed) for number, changed in files]


def _xml(entries: Sequence[Entry], tags: tuple[str, str] = ("urlset", "url")) -> str:
    # Not a template: thousands of lines take a tenth of the time so.
    base_url, (outer, inner) = services().settings.base_url, tags
    lines = [
        f"<{inner}><loc>{escape(base_url + path)}</loc>{_lastmod(changed)}</{inner}>\n"
        for path, changed in entries
    ]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} xmlns="{SITEMAPS}">\n'
    return f"{head}{''.join(lines)}</{outer}>\n"


def _lastmod(changed: datetime | None) -> str:
    """To the second, cut off: never later than the truth."""
    return f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""


@blueprint.get("/llms.txt")
def llms() -> Response:
    """The library for language models: its articles as plain Markdown."""
    return serve_cached("/llms.txt", Audience.GUEST, render_llms, TEXT)


def render_llms() -> Rendering:
    """The list, and when the clock changes it."""
    now = clock.now()
    with services().db.read() as session:
        exams = queries.exams(session, now)
        share = max(LLMS_ARTICLES // max(len(exams), 1), 1)
        sections = lists.highlights(session, exams, now, first=share, newest=0)
        return render_template(
            "machines/llms.txt", sections=sections, escape=escape_markdown
        ), queries.next_change(session, now)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Read everything that is public."""
    return serve_cached("/robots.txt", Audience.GUEST, render_robots, TEXT)


def render_robots() -> Rendering:
    """What need not be crawled, and where the sitemap is."""
    paths, base_url = [*PRIVATE_PATHS, NUMBERED_SETS], services().settings.base_url
    return render_template("machines/robots.txt", paths=paths, base_url=base_url), None


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Whom to tell about a vulnerability (RFC 9116)."""
    return serve_cached("/.well-known/security.txt", Audience.GUEST, render_security, TEXT)


def render_security() -> Rendering:
    """The file, rendered each day so that it never expires."""
    now = clock.now()
    expires = (now + timedelta(days=SECURITY_TXT_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    body = render_template("machines/security.txt", settings=services().settings, expires=expires)
    return body, earliest(now + timedelta(days=1))
