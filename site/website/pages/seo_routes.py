"""For search engines and other programs: the sitemap, robots.txt, llms.txt, security.txt."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, render_template
from sqlalchemy.orm import Session

from articles import queries
from carrel import clock
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from website.pages.page_context import earliest

blueprint = Blueprint("machines", __name__)
TEXT = "text/plain"
Entry = tuple[str, datetime | None]
PRIVATE_PATHS = ["/account/", "/admin/", "/demo/", "/newsletter/", "/pass/thanks", "/search", "/sign-in/"]
SECURITY_TXT_DAYS = 180  # RFC 9116: "Expires" within a year


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every public page, with the day on which it truly changed last."""
    return serve_cached("/sitemap.xml", Audience.GUEST, render_sitemap, "application/xml")


def render_sitemap() -> Rendering:
    """The sitemap, and when the clock changes it."""
    now = clock.now()
    with services().db.read() as session:
        entries = sitemap_entries(session, now)
        xml = render_template("machines/sitemap.xml", entries=entries, base_url=services().settings.base_url)
        return xml, queries.next_change(session, now)


def sitemap_entries(session: Session, now: datetime) -> list[Entry]:
    """Articles with the moment of their last change; lists and plain pages with none that would be a guess."""
    exams = [(exam.url, None) for exam in queries.exams(session, now)]
    topics = [(counted.topic.url, None) for counted in queries.topics(session, now)]
    pages = [(page.url, page.modified_at) for page in queries.plain_pages(session)]
    own: list[Entry] = [("/", None), ("/pass/", None), ("/subscribe/", None)]
    return [*own, *exams, *topics, *queries.sitemap(session, now), *pages]


@blueprint.get("/llms.txt")
def llms() -> Response:
    """The library for language models: every article as plain Markdown."""
    return serve_cached("/llms.txt", Audience.GUEST, render_llms, TEXT)


def render_llms() -> Rendering:
    """The list, and when the clock changes it."""
    now = clock.now()
    with services().db.read() as session:
        exams = queries.exams(session, now)
        exams_with_articles = [(exam, queries.exam_articles(session, exam, now)) for exam in exams]
        return render_template(
            "machines/llms.txt", exams_with_articles=exams_with_articles
        ), queries.next_change(session, now)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Read everything that is public."""
    return serve_cached("/robots.txt", Audience.GUEST, render_robots, TEXT)


def render_robots() -> Rendering:
    """What need not be crawled, and where the sitemap is."""
    return render_template(
        "machines/robots.txt", paths=PRIVATE_PATHS, base_url=services().settings.base_url
    ), None


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
