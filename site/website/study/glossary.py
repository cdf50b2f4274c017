"""The terms of an exam on one page, by the alphabet: kept once for each audience."""

from flask import Blueprint, Response, abort

from articles import queries
from articles.terms import by_letter, exam_terms, glossary_path
from carrel.ads.ad_server import AdContext, SlotPlace
from carrel.http.cached_response import Rendering
from carrel.page_cache import Audience
from carrel.services import services
from website.pages import cards as share_cards
from website.pages.library import serve_with_slots
from website.pages.page_context import Meta, PageContext
from website.study import structured_data

blueprint = Blueprint("study_glossary", __name__)
LONG = 30  # terms, from which letters to jump to save scrolling


@blueprint.get("/study/<exam>/glossary/")
def glossary(exam: str) -> Response:
    """The exam's terms."""
    return serve_with_slots(glossary_path(exam), lambda audience: render_glossary(exam, audience))


def render_glossary(slug: str, audience: Audience) -> Rendering:
    """The page; 404 for an exam without terms."""
    with services().db.read() as session:
        context = PageContext(session, glossary_path(slug), audience)
        exam = queries.find_exam(session, slug, context.now) or abort(404)
        terms = exam_terms(session, exam, context.now) or abort(404)
        slots, _ = context.slots([SlotPlace.FOOT], AdContext(context.path, slug))
        noun = "term" if len(terms) == 1 else "terms"
        meta = Meta(
            f"Glossary: {exam.title}",
            f"{len(terms)} {noun} of {exam.title}, each with its definition and the article that explains it.",
            image=share_cards.of_exam(exam),
            json_ld=structured_data.of_glossary(exam, terms, context.path, services().settings),
            language=exam.lang,
        )
        html = context.render(
            "study/glossary.html",
            meta,
            exam=exam,
            letters=by_letter(terms),
            count=len(terms),
            is_long=len(terms) >= LONG,
            slots=slots,
        )
        return html, context.fresh_until
