"""The reading pages: home, exam, topic, article. Each is cached once for each audience."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, redirect
from sqlalchemy.orm import Session

from articles import lists, queries
from articles.authors import authors_of
from articles.items import CHECKED_KINDS, TURNED_KINDS
from articles.models import Article
from articles.neighbors import neighbor_ids
from articles.related import related_ids
from articles.render import escape_markdown
from articles.series import place_of
from articles.study_items import count_items, exams_with_items
from articles.terms import glossary_path
from carrel.accounts import current_reader
from carrel.ads import network
from carrel.ads.ad_server import AdContext, SlotPlace
from carrel.http.assets import asset_url
from carrel.http.cached_response import Rendering, serve_cached
from carrel.http.page_number import page_number, path_of
from carrel.page_cache import Audience
from carrel.services import services
from newsletter.feeds import autodiscovery
from payments.offer import PassOffer
from website.pages import cards, json_ld
from website.pages.exam_terms import terms_of
from website.pages.page_context import Meta, PageContext
from website.pages.paging import around, title_of
from website.pages.view_models import article_view, by_exam, has_items

blueprint = Blueprint("pages", __name__)
IN_ARTICLE = [SlotPlace.TOP, SlotPlace.INLINE, SlotPlace.SIDE, SlotPlace.FOOT]


def icon_url() -> str:
    """The absolute URL of the site's icon as a PNG."""
    return services().settings.base_url + asset_url("img/icon-192.png")


def serve_with_slots(path: str, render: Callable[[Audience], Rendering]) -> Response:
    """Serve a page with ad slots, under a policy that names the ad network's hosts where its ads may appear."""
    audience = current_reader.audience()
    network.widen_policy(services().settings, audience)
    return serve_cached(path, audience, lambda: render(audience))


@blueprint.get("/")
def home() -> Response:
    """The home page."""
    return serve_with_slots("/", render_home)


def render_home(audience: Audience) -> Rendering:
    """A section for each exam: where it begins, and what is new."""
    settings = services().settings
    with services().db.read() as session:
        context = PageContext(session, "/", audience)
        sections = lists.highlights(session, queries.exams(session, context.now), context.now)
        slots, _ = context.slots([SlotPlace.HOME], AdContext("/"))
        meta = Meta(
            description=settings.site_tagline,
            json_ld=json_ld.of_site(settings, icon_url()),
            feeds=autodiscovery.site_feeds(settings.site_name),
        )
        html = context.render("pages/home.html", meta, sections=sections, slots=slots)
        return html, context.fresh_until


@blueprint.get("/exams/<slug>/")
def exam(slug: str) -> Response:
    """An exam: its articles in reading order, a page at a time."""
    number = page_number()
    path = path_of(f"/exams/{slug}/", number)
    return serve_with_slots(path, lambda audience: render_exam(slug, audience, number))


def render_exam(slug: str, audience: Audience, number: int = 1) -> Rendering:
    """A page of the exam's articles, domain by domain."""
    settings = services().settings
    with services().db.read() as session:
        context = PageContext(session, path_of(f"/exams/{slug}/", number), audience)
        exam = queries.find_exam(session, slug, context.now) or abort(404)
        page = lists.exam_page(session, exam, context.now, number) or abort(404)
        offer = context.offer(exam)
        slots, _ = context.slots([SlotPlace.LIST], AdContext(exam.url, slug), offer=offer)
        feeds = autodiscovery.exam_feeds(exam)
        meta = Meta(
            title_of(exam.title, page),
            exam.summary,
            image=cards.of_exam(exam),
            json_ld=json_ld.of_exam(exam, settings),
            feeds=feeds,
            around=around(exam.url, page),
            language=exam.lang,
        )
        html = context.render(
            "pages/exam.html",
            meta,
            exam=exam,
            page=page,
            topics=queries.topics(session, context.now, exam) if number == 1 else [],
            has_items=number == 1 and exam.id in exams_with_items(session, context.now),
            offer=offer,
            glossary=glossary_path(slug) if terms_of(context, exam).by_word else "",
            slots=slots,
            feeds=feeds,
        )
        return html, context.fresh_until


@blueprint.get("/topics/<slug>/")
def topic(slug: str) -> Response:
    """A topic, across exams, a page at a time."""
    number = page_number()
    path = path_of(f"/topics/{slug}/", number)
    return serve_with_slots(path, lambda audience: render_topic(slug, audience, number))


def render_topic(slug: str, audience: Audience, number: int = 1) -> Rendering:
    """A page of the topic's articles, exam by exam."""
    with services().db.read() as session:
        context = PageContext(session, path_of(f"/topics/{slug}/", number), audience)
        topic = queries.find_topic(session, slug, context.now) or abort(404)
        page = lists.topic_page(session, topic, context.now, number) or abort(404)
        slots, _ = context.slots([SlotPlace.LIST], AdContext(topic.url, topics=(slug,)))
        feeds = autodiscovery.topic_feeds(topic)
        noun = "article" if page.total == 1 else "articles"
        meta = Meta(
            title_of(topic.name, page),
            f"{page.total} study {noun} about {topic.name}.",
            feeds=feeds,
            around=around(topic.url, page),
        )
        html = context.render(
            "pages/topic.html",
            meta,
            topic=topic,
            page=page,
            groups=by_exam(page.articles),
            slots=slots,
            feeds=feeds,
        )
        return html, context.fresh_until


@blueprint.get("/articles/<slug>/")
def article(slug: str) -> Response:
    """An article."""
    return serve_with_slots(f"/articles/{slug}/", lambda audience: render_article(slug, audience))


def render_article(slug: str, audience: Audience) -> Rendering:
    """The article's page."""
    settings = services().settings
    with services().db.read() as session:
        context = PageContext(session, f"/articles/{slug}/", audience)
        article = find(context, slug)
        offer = context.offer(article.exam)
        slots, inline = _slots(context, article, offer)
        people, place = authors_of(session, article), place_of(session, article, context.now)
        beside, close = _beside(context, article)
        questions, turned = _counts(session, article)
        view = article_view(
            article,
            inline,
            close,
            beside,
            settings,
            people=people,
            place=place,
            questions=questions,
            cards=turned,
            terms=terms_of(context, article.exam),
        )
        image = cards.of_article(article)
        meta = Meta(
            article.title,
            article.summary,
            "article",
            image,
            json_ld.of_article(article, settings, json_ld.Surroundings(people, place, image, icon_url())),
            feeds=autodiscovery.exam_feeds(article.exam),
            language=article.language,
        )
        html = context.render("pages/article.html", meta, article=view, offer=offer, slots=slots)
        return html, context.fresh_until


def _counts(session: Session, article: Article) -> tuple[int, int]:
    """How many items of the article are checked, and how many are cards; most articles have none."""
    if not has_items(article):
        return 0, 0
    return count_items(session, article.id, CHECKED_KINDS), count_items(session, article.id, TURNED_KINDS)


def _beside(
    context: PageContext, article: Article
) -> tuple[tuple[Article | None, Article | None], list[Article]]:
    """The articles before and after this one, and those related to it, all loaded at once."""
    before, after = neighbor_ids(context.session, article, context.now)
    close = related_ids(context.session, article, context.now)
    articles = queries.loaded(context.session, (before, after, *close), context.now)
    return (articles.get(before), articles.get(after)), [articles[article_id] for article_id in close]


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
        title, summary = escape_markdown(article.title), escape_markdown(article.summary)
        heading = f"# {title}\n\n> {summary}\n\nSource: {context.canonical}\n\n"
        return heading + text, context.fresh_until
