"""The cards and terms of an article, each to be turned over: kept once for each audience."""

from flask import Blueprint, Response, abort, redirect

from articles import queries
from articles.items import TURNED_KINDS
from articles.models import Article, Exam
from articles.study_items import study_items
from carrel.ads.ad_server import AdContext, SlotPlace
from carrel.http.cached_response import Rendering
from carrel.page_cache import Audience
from carrel.services import services
from website.pages import cards as share_cards
from website.pages.library import serve_with_slots
from website.pages.page_context import Meta, PageContext
from website.study import structured_data
from website.study.item_view import GroupView, grouped, item_view, story_view

blueprint = Blueprint("study_cards", __name__)


def path_of(exam: str, article: str) -> str:
    """The path of an article's cards, by slugs."""
    return f"/study/{exam}/cards/{article}/"


@blueprint.get("/study/<exam>/cards/<article>/")
def cards(exam: str, article: str) -> Response:
    """The cards of an article."""
    return serve_with_slots(path_of(exam, article), lambda audience: render_cards(exam, article, audience))


def render_cards(exam_slug: str, slug: str, audience: Audience) -> Rendering:
    """The page: cards in the order of the article, and one slot below all of them."""
    with services().db.read() as session:
        context = PageContext(session, path_of(exam_slug, slug), audience)
        exam = queries.find_exam(session, exam_slug, context.now) or abort(404)
        article = _find(context, exam, slug)
        groups = _groups(context, exam, slug) or abort(404)
        items = [item for group in groups for item in group.items]
        slots, _ = context.slots([SlotPlace.FOOT], AdContext(context.path, exam_slug))
        noun = "card" if len(items) == 1 else "cards"
        meta = Meta(
            f"Cards: {article.title}",
            f"{len(items)} {noun} on “{article.title}”: recall each answer, then turn the card over.",
            image=share_cards.of_article(article),
            json_ld=structured_data.of_cards(article, items, services().settings),
            language=article.language,
        )
        html = context.render(
            "study/cards.html", meta, exam=exam, article=article, groups=groups, count=len(items), slots=slots
        )
        return html, context.fresh_until


def _find(context: PageContext, exam: Exam, slug: str) -> Article:
    """The article; otherwise 301 to its cards where it moved, 410 when it was removed, or 404."""
    article = queries.find_article(context.session, slug, context.now)
    if isinstance(article, queries.Moved):
        new_slug = article.url.rstrip("/").rpartition("/")[2]
        abort(redirect(path_of(exam.slug, new_slug), 301))
    if isinstance(article, queries.Gone):
        abort(410)
    return article if article and article.exam_id == exam.id else abort(404)


def _groups(context: PageContext, exam: Exam, slug: str) -> list[GroupView]:
    rows = study_items(context.session, exam, context.now, kinds=(*TURNED_KINDS, "case"), article=slug)
    stories = [story_view(text, item.key, on, exam) for item, text, on in rows if item.kind == "case"]
    cards = [row for row in rows if row[0].kind in TURNED_KINDS]
    items = [item_view(*row, exam, number=number) for number, row in enumerate(cards, 1)]
    return grouped(items, stories)
