"""What is due today: one item at a time, by forms that need no script."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, request

from articles.items import CHECKED_KINDS
from carrel.accounts import current_reader, limits
from carrel.accounts.limits import Limit
from carrel.http import errors
from carrel.http.guards import StaleFormError
from carrel.http.redirects import see_other
from carrel.services import services
from website.pages.page_context import PageContext
from website.study import signed_out
from website.study.answer_form import CHANGED, check_form, is_of_revision
from website.study.events import RefusedRowError, as_ms, study_row
from website.study.log import store
from website.study.models import EventKind
from website.study.review_page import META, ReviewItem, ReviewPage, checked_groups, find_item

PATH = "/study/today"
UNANSWERED = "Not answered yet: answer it, then check."
NOT_KEPT = "You were signed out after you opened this page, so what you did is not kept yet. Sign in, and the item is here again as you left it."
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
    """The next item that is due, or that nothing is; for guests, how it comes to be.

    An address with a form in it (`signed_out`) shows that item, filled in.
    """
    here = current_reader.signed_in()
    with services().db.read() as session:
        context = PageContext(session, PATH, current_reader.audience())
        if here is None:
            return make_response(context.render("study/today_guest.html", META))
        page = ReviewPage(context, here.reader_id)
        asked = find_item(context, request.args.get("exam", ""), request.args.get("item", ""))
        return make_response(page.again(asked, request.args) if asked else page.next())


@blueprint.post(PATH)
def answer() -> Response:
    """Keep an answer or a grade. A checked item is shown with its reasons; after a card comes the next item."""
    here = current_reader.signed_in()
    if here is None:
        return not_kept()
    key, event_id = request.form.get("item", ""), request.form.get("event", "")
    with services().db.read() as session:
        page = ReviewPage(PageContext(session, PATH, current_reader.audience()), here.reader_id)
        asked = find_item(page.context, request.form.get("exam", ""), key) or abort(404)
        if "unmark" in request.form:
            _keep(page, asked, event_id, Told(EventKind.UNMARK))
            return see_other(PATH)
        if not is_of_revision(request.form, asked.item):
            return make_response(page.open(asked, CHANGED), 409)
        if asked.item.kind not in CHECKED_KINDS:
            grade = GRADES.get(request.form.get("grade", "")) or abort(400)
            _keep(page, asked, event_id, Told(EventKind.GRADE, grade))
            return see_other(PATH)
        return _check(page, asked, event_id)


@blueprint.errorhandler(StaleFormError)
def not_kept(_stale: StaleFormError | None = None) -> Response:
    """What came of an answer that nobody was signed in for, and the way to keep it.

    Who has signed in since the page was opened gets the item again, filled in.
    """
    here, form = current_reader.signed_in(), request.form
    with services().db.read() as session:
        context = PageContext(session, PATH, current_reader.audience())
        asked = find_item(context, form.get("exam", ""), form.get("item", ""))
        if asked is None:
            return errors.error_response(403)
        if here:
            return make_response(ReviewPage(context, here.reader_id).again(asked, form), 403)
        way_back = signed_out.way_back(PATH, form, f"exam={asked.exam.slug}&item={asked.item.key}")
        return signed_out.page(context, NOT_KEPT, way_back, groups=checked_groups(context, asked, form))


def _check(page: ReviewPage, asked: ReviewItem, event_id: str) -> Response:
    checked = check_form(request.form, asked.row)
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
