"""The reading pages: home, exam, topic, article. Each exists once for every edition."""

from typing import Any

from flask import Blueprint, Response, abort, redirect

from articles import queries
from articles.models import Article
from articles.neighbors import neighbors
from articles.related import related
from carrel.accounts import current_reader
from carrel.ads import network
from carrel.ads.ad_server import Place, Where
from carrel.http.cached_response import Rendering, serve_edition
from carrel.http.services import services
from carrel.page_cache import Audience
from newsletter.feeds import autodiscovery
from payments.offer import PassOffer
from website.pages import json_ld
from website.pages.page_context import Meta, PageContext
from website.pages.view_models import article_view, by_exam, home_shelf

blueprint = Blueprint("pages", __name__)
START_HERE = 3
IN_ARTICLE = [Place.TOP, Place.INLINE, Place.SIDE, Place.FOOT]


def _with_slots() -> Audience:
    """The edition of a page that has slots: its policy names the ad network's hosts where one may stand."""
    edition = current_reader.edition()
    network.widen_policy(services().settings, edition)
    return edition


@blueprint.get("/")
def home() -> Response:
    """The front door."""
    edition = _with_slots()
    return serve_edition("/", edition, lambda: render_home(edition))


def render_home(edition: Audience) -> Rendering:
    """Where to start, and a shelf for each exam."""
    settings = services().settings
    with services().db.read() as session:
        frame = PageContext(session, "/", edition)
        shelves = [home_shelf(session, each, frame.now) for each in queries.exams(session, frame.now)]
        slots, _ = frame.slots([Place.HOME], Where("/"))
        start = [shelf.first[0] for shelf in shelves if shelf.first][:START_HERE]
        meta = Meta(
            description=settings.site_tagline,
            json_ld=json_ld.of_site(settings),
            feeds=autodiscovery.site_feeds(settings.site_name),
        )
        html = frame.render("pages/home.html", meta, shelves=shelves, start=start, slots=slots)
        return html, frame.fresh_until


@blueprint.get("/exams/<exam>/")
def exam(exam: str) -> Response:
    """An exam: its articles in reading order."""
    edition = _with_slots()
    return serve_edition(f"/exams/{exam}/", edition, lambda: render_exam(exam, edition))


def render_exam(slug: str, edition: Audience) -> Rendering:
    """The exam's shelves."""
    settings = services().settings
    with services().db.read() as session:
        frame = PageContext(session, f"/exams/{slug}/", edition)
        found = queries.find_exam(session, slug, frame.now) or abort(404)
        shelves = queries.domain_sections(session, found, frame.now)
        articles = [each for shelf in shelves for each in shelf.articles]
        offer = frame.offer(found)
        slots, _ = frame.slots([Place.LIST], Where(frame.path, slug), offer=offer)
        feeds = autodiscovery.exam_feeds(found)
        html = frame.render(
            "pages/exam.html",
            Meta(found.title, found.summary, json_ld=json_ld.of_exam(found, settings), feeds=feeds),
            exam=found,
            shelves=shelves,
            topics=queries.topics(session, frame.now, found),
            count=len(articles),
            minutes=sum(each.reading_minutes for each in articles),
            offer=offer,
            slots=slots,
            feeds=feeds,
        )
        return html, frame.fresh_until


@blueprint.get("/topics/<topic>/")
def topic(topic: str) -> Response:
    """A topic, across exams."""
    edition = _with_slots()
    return serve_edition(f"/topics/{topic}/", edition, lambda: render_topic(topic, edition))


def render_topic(slug: str, edition: Audience) -> Rendering:
    """The topic's articles, exam by exam."""
    with services().db.read() as session:
        frame = PageContext(session, f"/topics/{slug}/", edition)
        found = queries.find_topic(session, slug, frame.now) or abort(404)
        articles = queries.topic_articles(session, found, frame.now)
        slots, _ = frame.slots([Place.LIST], Where(frame.path, topics=(slug,)))
        feeds = autodiscovery.topic_feeds(found)
        many = "article" if len(articles) == 1 else "articles"
        html = frame.render(
            "pages/topic.html",
            Meta(found.name, f"{len(articles)} study {many} about {found.name}.", feeds=feeds),
            topic=found,
            groups=by_exam(articles),
            count=len(articles),
            slots=slots,
            feeds=feeds,
        )
        return html, frame.fresh_until


@blueprint.get("/articles/<slug>/")
def article(slug: str) -> Response:
    """An article."""
    edition = _with_slots()
    return serve_edition(f"/articles/{slug}/", edition, lambda: render_article(slug, edition))


def render_article(slug: str, edition: Audience) -> Rendering:
    """The article's page."""
    settings = services().settings
    with services().db.read() as session:
        frame = PageContext(session, f"/articles/{slug}/", edition)
        found = find(frame, slug)
        offer = frame.offer(found.exam)
        slots, inline = _slots(frame, found, offer)
        beside = neighbors(session, found, frame.now)
        view = article_view(found, inline, related(session, found, frame.now), beside, settings)
        meta = Meta(
            found.title,
            found.summary,
            "article",
            json_ld=json_ld.of_article(found, settings),
            feeds=autodiscovery.exam_feeds(found.exam),
        )
        html = frame.render("pages/article.html", meta, article=view, offer=offer, slots=slots)
        return html, frame.fresh_until


def find(frame: PageContext, slug: str, suffix: str = "/") -> Article:
    """The article; else the answer is 301 to where it moved, 410 when it is gone, or 404."""
    found = queries.find_article(frame.session, slug, frame.now)
    if isinstance(found, queries.Moved):
        abort(redirect(found.url.removesuffix("/") + suffix, 301))
    if isinstance(found, queries.Gone):
        abort(410)
    return found or abort(404)


def _slots(
    frame: PageContext, found: Article, offer: PassOffer | None
) -> tuple[dict[str, Any], dict[int, Any]]:
    if not found.ads or found.content is None:
        return {}, {}
    where = Where(found.slug, found.exam.slug, tuple(topic.slug for topic in found.topics))
    return frame.slots(IN_ARTICLE, where, found.content.blocks, offer)


@blueprint.get("/articles/<slug>.md")
def article_markdown(slug: str) -> Response:
    """The article as plain Markdown: free, the same for everybody."""
    return serve_edition(
        f"/articles/{slug}.md", Audience.GUEST, lambda: render_markdown(slug), "text/markdown"
    )


def render_markdown(slug: str) -> Rendering:
    """Title, summary and text."""
    with services().db.read() as session:
        frame = PageContext(session, f"/articles/{slug}/", Audience.GUEST)
        found = find(frame, slug, ".md")
        text = found.content.markdown if found.content else ""
        head = f"# {found.title}\n\n> {found.summary}\n\nSource: {frame.canonical}\n\n"
        return head + text, frame.fresh_until
