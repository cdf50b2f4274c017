"""The reading pages: home, exam, topic, article. Each is cached once for each audience."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, redirect

from articles import queries
from articles.models import Article
from articles.neighbors import neighbors
from articles.related import related
from carrel.accounts import current_reader
from carrel.ads import network
from carrel.ads.ad_server import AdContext, SlotPlace
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from newsletter.feeds import autodiscovery
from payments.offer import PassOffer
from website.pages import json_ld
from website.pages.page_context import Meta, PageContext
from website.pages.view_models import article_view, by_exam, home_section

blueprint = Blueprint("pages", __name__)
START_HERE = 3
IN_ARTICLE = [SlotPlace.TOP, SlotPlace.INLINE, SlotPlace.SIDE, SlotPlace.FOOT]


def _serve_with_slots(path: str, render: Callable[[Audience], Rendering]) -> Response:
    """Serve a page with ad slots, under a policy that names the ad network's hosts where its ads may appear."""
    audience = current_reader.audience()
    network.widen_policy(services().settings, audience)
    return serve_cached(path, audience, lambda: render(audience))


@blueprint.get("/")
def home() -> Response:
    """The home page."""
    return _serve_with_slots("/", render_home)


def render_home(audience: Audience) -> Rendering:
    """Where to start, and a section for each exam."""
    settings = services().settings
    with services().db.read() as session:
        context = PageContext(session, "/", audience)
        sections = [home_section(session, exam, context.now) for exam in queries.exams(session, context.now)]
        slots, _ = context.slots([SlotPlace.HOME], AdContext("/"))
        start = [section.first[0] for section in sections if section.first][:START_HERE]
        meta = Meta(
            description=settings.site_tagline,
            json_ld=json_ld.of_site(settings),
            feeds=autodiscovery.site_feeds(settings.site_name),
        )
        html = context.render("pages/home.html", meta, sections=sections, start=start, slots=slots)
        return html, context.fresh_until


@blueprint.get("/exams/<slug>/")
def exam(slug: str) -> Response:
    """An exam: its articles in reading order."""
    return _serve_with_slots(f"/exams/{slug}/", lambda audience: render_exam(slug, audience))


def render_exam(slug: str, audience: Audience) -> Rendering:
    """The exam's articles, domain by domain."""
    settings = services().settings
    with services().db.read() as session:
        context = PageContext(session, f"/exams/{slug}/", audience)
        exam = queries.find_exam(session, slug, context.now) or abort(404)
        sections = queries.domain_sections(session, exam, context.now)
        articles = [article for section in sections for article in section.articles]
        offer = context.offer(exam)
        slots, _ = context.slots([SlotPlace.LIST], AdContext(context.path, slug), offer=offer)
        feeds = autodiscovery.exam_feeds(exam)
        html = context.render(
            "pages/exam.html",
            Meta(exam.title, exam.summary, json_ld=json_ld.of_exam(exam, settings), feeds=feeds),
            exam=exam,
            sections=sections,
            topics=queries.topics(session, context.now, exam),
            count=len(articles),
            minutes=sum(article.reading_minutes for article in articles),
            offer=offer,
            slots=slots,
            feeds=feeds,
        )
        return html, context.fresh_until


@blueprint.get("/topics/<slug>/")
def topic(slug: str) -> Response:
    """A topic, across exams."""
    return _serve_with_slots(f"/topics/{slug}/", lambda audience: render_topic(slug, audience))


def render_topic(slug: str, audience: Audience) -> Rendering:
    """The topic's articles, exam by exam."""
    with services().db.read() as session:
        context = PageContext(session, f"/topics/{slug}/", audience)
        topic = queries.find_topic(session, slug, context.now) or abort(404)
        articles = queries.topic_articles(session, topic, context.now)
        slots, _ = context.slots([SlotPlace.LIST], AdContext(context.path, topics=(slug,)))
        feeds = autodiscovery.topic_feeds(topic)
        noun = "article" if len(articles) == 1 else "articles"
        html = context.render(
            "pages/topic.html",
            Meta(topic.name, f"{len(articles)} study {noun} about {topic.name}.", feeds=feeds),
            topic=topic,
            groups=by_exam(articles),
            count=len(articles),
            slots=slots,
            feeds=feeds,
        )
        return html, context.fresh_until


@blueprint.get("/articles/<slug>/")
def article(slug: str) -> Response:
    """An article."""
    return _serve_with_slots(f"/articles/{slug}/", lambda audience: render_article(slug, audience))


def render_article(slug: str, audience: Audience) -> Rendering:
    """The article's page."""
    settings = services().settings
    with services().db.read() as session:
        context = PageContext(session, f"/articles/{slug}/", audience)
        article = find(context, slug)
        offer = context.offer(article.exam)
        slots, inline = _slots(context, article, offer)
        beside = neighbors(session, article, context.now)
        view = article_view(article, inline, related(session, article, context.now), beside, settings)
        meta = Meta(
            article.title,
            article.summary,
            "article",
            json_ld=json_ld.of_article(article, settings),
            feeds=autodiscovery.exam_feeds(article.exam),
        )
        html = context.render("pages/article.html", meta, article=view, offer=offer, slots=slots)
        return html, context.fresh_until


def find(context: PageContext, slug: str, suffix: str = "/") -> Article:
    """The article; otherwise 301 to where it moved, 410 when it was removed, or 404."""
    article = queries.find_article(context.session, slug, context.now)
    if isinstance(article, queries.Moved):
        abort(redirect(article.url.removesuffix("/") + suffix, 301))
    if isinstance(article, queries.Gone):
        abort(410)
    return article or abort(404)


def _slots(
    context: PageContext, article: Article, offer: PassOffer | None
) -> tuple[dict[str, Any], dict[int, Any]]:
    if not article.ads or article.content is None:
        return {}, {}
    where = AdContext(article.slug, article.exam.slug, tuple(topic.slug for topic in article.topics))
    return context.slots(IN_ARTICLE, where, article.content.blocks, offer)


@blueprint.get("/articles/<slug>.md")
def article_markdown(slug: str) -> Response:
    """The article as plain Markdown: free, the same for everybody."""
    return serve_cached(
        f"/articles/{slug}.md", Audience.GUEST, lambda: render_markdown(slug), "text/markdown"
    )


def render_markdown(slug: str) -> Rendering:
    """Title, summary and text."""
    with services().db.read() as session:
        context = PageContext(session, f"/articles/{slug}/", Audience.GUEST)
        article = find(context, slug, ".md")
        text = article.content.markdown if article.content else ""
        heading = f"# {article.title}\n\n> {article.summary}\n\nSource: {context.canonical}\n\n"
        return heading + text, context.fresh_until
