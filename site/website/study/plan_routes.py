"""A reader's plan for an exam."""

from functools import lru_cache
from zoneinfo import available_timezones

from flask import Blueprint, Response, abort, make_response, request

from articles import queries
from carrel.accounts import current_reader
from carrel.http import errors as error_pages
from carrel.http.guards import StaleFormError
from carrel.http.redirects import see_other
from carrel.services import services
from website.pages.page_context import Meta, PageContext
from website.study import signed_out
from website.study.plan import (
    MINUTES,
    USUAL_MINUTES,
    InvalidPlanError,
    calendar_of,
    delete_plan,
    parse_plan,
    plan_of,
    save_plan,
    zone_of,
)
from website.study.plan_view import plan_view

SAVED = "Your plan is saved."
NOT_SAVED = "You were signed out, so nothing is changed yet. The form is as you filled it in."
SIGNED_OUT = "You were signed out after you opened this page, so your plan is not changed yet. Sign in, and the form is here again as you filled it in."

blueprint = Blueprint("plan", __name__)


@blueprint.get("/study/plan/<exam>")
def plan(exam: str) -> Response:
    """How the reader stands, and what they plan. An address with a form in it (`signed_out`) fills it in."""
    if "minutes" in request.args:
        page = _page(exam, typed=request.args.to_dict(), messages=[("warn", NOT_SAVED)])
    else:
        page = _page(exam, messages=[("good", SAVED)] if "saved" in request.args else [])
    return make_response(page or abort(404))


@blueprint.post("/study/plan/<exam>")
def save(exam: str) -> Response:
    """Keep the plan, or forget it."""
    here = current_reader.signed_in()
    if here is None:
        return not_saved()
    try:
        draft = None if "delete" in request.form else parse_plan(request.form)
    except InvalidPlanError as error:
        page = _page(exam, errors=error.errors, typed=request.form.to_dict())
        return make_response(page or abort(404), 400)
    with services().db.write() as session:
        context = PageContext(session, "", current_reader.audience())
        row = queries.find_exam(session, exam, context.now) or abort(404)
        if draft is None:
            delete_plan(session, here.reader_id, row.id)
        else:
            save_plan(session, here.reader_id, row.id, draft)
    return see_other(f"/study/plan/{exam}" + ("?saved=1" if draft else ""))


@blueprint.errorhandler(StaleFormError)
def not_saved(_stale: StaleFormError | None = None) -> Response:
    """That a plan is not saved, and the way to save it. Who has signed in meanwhile gets the form as it was filled in."""
    path, slug = request.path, (request.view_args or {})["exam"]
    if current_reader.signed_in():
        page = _page(slug, typed=request.form.to_dict(), messages=[("warn", NOT_SAVED)])
        return make_response(page, 403) if page else error_pages.error_response(404)
    with services().db.read() as session:
        context = PageContext(session, path, current_reader.audience())
        return signed_out.page(context, SIGNED_OUT, signed_out.way_back(path, request.form))


def _page(
    slug: str,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    messages: list[tuple[str, str]] | None = None,
) -> str | None:
    """The page of this exam's plan; None without such an exam."""
    here, settings = current_reader.required(), services().settings
    with services().db.read() as session:
        context = PageContext(session, f"/study/plan/{slug}", current_reader.audience())
        exam = queries.find_exam(session, slug, context.now)
        if exam is None:
            return None
        calendar = calendar_of(session, here.reader_id, settings, context.now)
        saved = plan_of(session, here.reader_id, exam.id)
        fields = {
            "exam_date": saved.exam_date.isoformat() if saved and saved.exam_date else "",
            "minutes": str(saved.minutes if saved else USUAL_MINUTES),
            "zone": str(zone_of(session, here.reader_id, settings)),
            "mail": "1" if saved and saved.mail else "",
        }
        if typed is not None:
            fields = {name: typed.get(name, "") for name in fields}
        return context.render(
            "study/plan.html",
            Meta(f"Plan for {exam.name}", robots="noindex", language=exam.lang),
            exam=exam,
            plan=saved,
            view=plan_view(session, here.reader_id, exam, calendar, context.now),
            fields=fields,
            errors=errors or {},
            messages=messages or [],
            zones=zones(fields["zone"]),
            minutes=MINUTES,
        )


def zones(chosen: str) -> list[tuple[str, str]]:
    """The time zones to choose from: places, UTC, and the one that is chosen."""
    known = _places()
    names = known if chosen in known or chosen not in available_timezones() else sorted([*known, chosen])
    return [(name, name.replace("_", " ")) for name in names]


@lru_cache
def _places() -> list[str]:
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return sorted([name for name in available_timezones() if name.startswith(regions)] + ["UTC"])
