"""A reader's plan for an exam."""

from functools import lru_cache
from zoneinfo import available_timezones

from flask import Blueprint, Response, abort, make_response, request

from articles import queries
from carrel.accounts import current_reader
from carrel.http.redirects import see_other
from carrel.services import services
from website.pages.page_context import Meta, PageContext
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

blueprint = Blueprint("plan", __name__)


@blueprint.get("/study/plan/<exam>")
def plan(exam: str) -> Response:
    """How the reader stands, and what they plan."""
    return make_response(_page(exam, messages=[("good", SAVED)] if "saved" in request.args else []))


@blueprint.post("/study/plan/<exam>")
def save(exam: str) -> Response:
    """Keep the plan, or forget it."""
    here = current_reader.required()
    try:
        draft = None if "delete" in request.form else parse_plan(request.form)
    except InvalidPlanError as error:
        return make_response(_page(exam, errors=error.errors, typed=request.form.to_dict()), 400)
    with services().db.write() as session:
        context = PageContext(session, "", current_reader.audience())
        row = queries.find_exam(session, exam, context.now) or abort(404)
        if draft is None:
            delete_plan(session, here.reader_id, row.id)
        else:
            save_plan(session, here.reader_id, row.id, draft)
    return see_other(f"/study/plan/{exam}" + ("?saved=1" if draft else ""))


def _page(
    slug: str,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    messages: list[tuple[str, str]] | None = None,
) -> str:
    here, settings = current_reader.required(), services().settings
    with services().db.read() as session:
        context = PageContext(session, f"/study/plan/{slug}", current_reader.audience())
        exam = queries.find_exam(session, slug, context.now) or abort(404)
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
