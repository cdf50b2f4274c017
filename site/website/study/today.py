"""What is due today: one item at a time, by forms that need no script."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, request

from articles.items import CHECKED_KINDS
from carrel.accounts import current_reader, limits, sessions
from carrel.accounts.limits import Limit
from carrel.http.redirects import see_other
from carrel.services import services
from website.pages.page_context import PageContext
from website.study.answer_form import CHANGED, SEEN, given
from website.study.checking import check
from website.study.events import RefusedRowError, as_ms, study_row
from website.study.log import store
from website.study.models import EventKind
from website.study.review_page import META, ReviewItem, ReviewPage

PATH = "/study/today"
UNANSWERED = "Not answered yet: answer it, then check."
ANSWERS = Limit(600, limits.minutes(10))  # one a second
GRADES = {"1": 1, "2": 2, "3": 3, "4": 4}

blueprint = Blueprint("today", __name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What the form of an item tells of it."""

    kind: EventKind
    grade: int = 0
    choice: int = 0


@blueprint.get(PATH)
def today() -> Response:
    """The next item that is due, or that nothing is; for guests, how it comes to be."""
    here = current_reader.reader_session()
    with services().db.read() as session:
        context = PageContext(session, PATH, current_reader.audience())
        if here is None or not sessions.may_see_account(here):
            return make_response(context.render("study/today_guest.html", META))
        return make_response(ReviewPage(context, here.reader_id).next())


@blueprint.post(PATH)
def answer() -> Response:
    """Keep an answer or a grade. A checked item is shown with its reasons; after a card comes the next item."""
    here = current_reader.required()
    key, event_id = request.form.get("item", ""), request.form.get("event", "")
    with services().db.read() as session:
        page = ReviewPage(PageContext(session, PATH, current_reader.audience()), here.reader_id)
        asked = page.item(request.form.get("exam", ""), key) or abort(404)
        if "unmark" in request.form:
            _keep(page, asked, event_id, Told(EventKind.UNMARK))
            return see_other(PATH)
        if request.form.get(f"{SEEN}{key}") != asked.item.revision:
            return make_response(page.open(asked, CHANGED), 409)
        if asked.item.kind not in CHECKED_KINDS:
            grade = GRADES.get(request.form.get("grade", "")) or abort(400)
            _keep(page, asked, event_id, Told(EventKind.GRADE, grade))
            return see_other(PATH)
        return _check(page, asked, event_id)


def _check(page: ReviewPage, asked: ReviewItem, event_id: str) -> Response:
    item, text, _ = asked.row
    checked = check(item.kind, text.options, given(request.form, item.key, item.kind, len(text.options)))
    if checked is None:
        return make_response(page.open(asked, UNANSWERED), 422)
    _keep(page, asked, event_id, Told(EventKind.ANSWER, checked.grade, checked.choice))
    with services().db.read() as session:  # as it is after the answer
        after = ReviewPage(PageContext(session, PATH, page.context.audience), page.reader_id)
        return make_response(after.checked(asked, event_id, checked))


def _keep(page: ReviewPage, asked: ReviewItem, event_id: str, told: Told) -> None:
    item, now = asked.item, page.context.now
    row = [
        event_id, told.kind.value, asked.exam.slug, item.key, item.revision, item.meaning, told.grade, told.choice,
        page.calendar.today, as_ms(now), "review",
    ]  # fmt: skip
    try:
        event = study_row(row, now)
    except RefusedRowError:
        abort(400)
    with services().db.write() as session:
        limits.check(session, "study-review", str(page.reader_id), ANSWERS)
        store(session, page.reader_id, [event])
