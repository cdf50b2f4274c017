"""The pages to practice with: what there is in an exam, a set of it, and what came of the answers."""

from datetime import datetime
from functools import partial

from flask import Blueprint, Response, abort, make_response, redirect, request

from articles import queries
from articles.loading.field_types import SLUG
from carrel.accounts import current_reader
from carrel.ads.ad_server import AdContext, SlotPlace
from carrel.http.cached_response import Rendering, serve_cached
from carrel.page_cache import Audience
from carrel.services import services
from website.pages.library import serve_with_slots
from website.pages.page_context import Meta, PageContext
from website.study.answer_form import check_sent, marked_keys, sent_items
from website.study.answer_log import keep_answers
from website.study.choice import Choice, UnknownChoiceError, choice_of
from website.study.hub_view import hub_view
from website.study.practice_set import MOST_ITEMS, ShownSet, set_keys, show_set
from website.study.results import Results, results_of
from website.study.sets import SETS

blueprint = Blueprint("practice", __name__)
AGAIN = "again"  # the field with the keys of items that are to be answered once more


@blueprint.get("/study/<exam>/")
def hub(exam: str) -> Response:
    """What there is to study in an exam."""
    return serve_with_slots(f"/study/{exam}/", lambda audience: render_hub(exam, audience))


def render_hub(slug: str, audience: Audience) -> Rendering:
    """The exam's items by domain, topic and article; its one slot stands at the foot."""
    with services().db.read() as session:
        context = PageContext(session, f"/study/{slug}/", audience)
        exam = queries.find_exam(session, slug, context.now) or abort(404)
        hub = hub_view(session, exam, context.now) or abort(404)
        slots, _ = context.slots([SlotPlace.FOOT], AdContext(context.path, slug))
        summary = f"{hub.counts.questions} practice questions and {hub.counts.cards} cards for {exam.title}, each with its reason."
        meta = Meta(f"Practice for {exam.name}", summary, language=exam.lang)
        html = context.render("study/hub.html", meta, exam=exam, hub=hub, slots=slots)
        return html, context.fresh_until


@blueprint.get("/study/<exam>/practice")
def page(exam: str) -> Response:
    """A set to practice with. Its one address is its key in the cache; any other way to write it leads there."""
    choice = _choice()
    if not SLUG.match(exam):
        abort(404)
    path = choice.path(exam)
    if request.full_path.removesuffix("?") != path:
        return make_response(redirect(path, 301))
    audience = current_reader.audience()
    return serve_cached(path, audience, lambda: render_set(exam, choice, audience))


def render_set(slug: str, choice: Choice, audience: Audience) -> Rendering:
    """The set's items, with no slot anywhere."""
    with services().db.read() as session:
        context = PageContext(session, choice.path(slug), audience)
        exam = queries.find_exam(session, slug, context.now) or abort(404)
        keys = set_keys(session, exam, choice, context.now) or abort(404)
        shown = show_set(session, exam, choice, keys, context.now) or abort(404)
        return _render_open(context, shown), context.fresh_until


@blueprint.post("/study/<exam>/practice")
def check(exam: str) -> str:
    """What came of the answers; or the items that are to be answered once more."""
    choice = _choice()
    again, sent = request.form.getlist(AGAIN), sent_items(request.form)
    keys = again or [item.key for item in sent]
    if not 0 < len(keys) <= MOST_ITEMS:
        abort(400)
    with services().db.read() as session:
        context = PageContext(session, choice.path(exam), current_reader.audience())
        row = queries.find_exam(session, exam, context.now) or abort(404)
        check_rows = None if again else partial(check_sent, request.form, sent)
        shown = show_set(session, row, choice, keys, context.now, check=check_rows) or abort(404)
        if again:
            return _render_open(context, shown, again=True)
        is_signed_in = _keep(shown, marked_keys(request.form), context.now)
        results = results_of(row, shown.items, shown.domains)
        return _render_checked(context, shown, results, is_signed_in=is_signed_in)


def _keep(shown: ShownSet, marked: set[str], now: datetime) -> bool:
    """Add what was answered and marked to the log of whoever is signed in. Whether anybody is."""
    here = current_reader.signed_in()
    if here and not services().db.is_read_only:
        with services().db.write() as session:
            keep_answers(session, services().settings, here.reader_id, shown, now, marked=marked)
    return here is not None


def _choice() -> Choice:
    try:
        return choice_of(request.args)
    except UnknownChoiceError:
        abort(404)


def _render_open(context: PageContext, shown: ShownSet, *, again: bool = False) -> str:
    may_mark = context.audience is not Audience.GUEST  # whose browser marks by script alone
    meta = Meta(f"Practice: {shown.about}", robots="noindex", language=shown.language)
    return context.render(
        "study/practice.html", meta, again=again, sets=SETS, may_mark=may_mark, **shown.variables()
    )


def _render_checked(context: PageContext, shown: ShownSet, results: Results, *, is_signed_in: bool) -> str:
    meta = Meta(f"Checked: {shown.about}", robots="noindex", language=shown.language)
    return context.render(
        "study/checked.html", meta, results=results, is_signed_in=is_signed_in, **shown.variables()
    )
