"""The reader's own page: the pass, the address, the browsers signed in, taking everything out, leaving."""

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request

from articles import queries
from articles.study_items import exams_with_items
from carrel import clock, security_events
from carrel.accounts import current_reader, erasure, readers, sessions
from carrel.accounts.export import export
from carrel.accounts.models import ReaderSession
from carrel.http import cookies
from carrel.http.redirects import see_other
from carrel.security_events import Event, Outcome
from carrel.services import services
from newsletter import account_summary as newsletter
from payments.offer import price_and_tax
from payments.queries.account_summary import account_summary
from website.pages import offline

blueprint = Blueprint("account", __name__)
DONE = {
    "address": "Your address is changed. A notice was sent to the old one.",
    "session": "That browser is signed out.",
    "sessions": "All other browsers are signed out.",
}


@blueprint.get("/account/")
def account() -> str:
    """Everything that is the reader's, on one page."""
    here = current_reader.required()
    settings, now = services().settings, clock.now()
    with services().db.read() as session:
        with_items = exams_with_items(session, now)
        study_exams = [exam for exam in queries.exams(session, now) if exam.id in with_items]
        browsers = sessions.of_reader(session, here.reader_id)
        pass_summary = account_summary(session, settings, here.reader_id)
        news = newsletter.newsletter_summary(session, settings, services().signer, here.reader)
        offline_copies = offline.copies_for(session, here.reader)
    done = DONE.get(request.args.get("done", ""))
    return render_template(
        "pages/account.html",
        reader=here.reader,
        here=here,
        browsers=browsers,
        pass_summary=pass_summary,
        price=price_and_tax(settings),
        newsletter=news,
        offline_copies=offline_copies,
        study_exams=study_exams,
        messages=[("good", done)] if done else [],
    )


@blueprint.post("/account/sessions/<int:session_id>/end")
def end_session(session_id: int) -> Response:
    """Sign one browser out: one of this reader's own."""
    here = current_reader.required()
    with services().db.write() as session:
        if not sessions.end(session, session_id, here.reader_id):
            abort(404)
    security_events.log_event(Event.READER_SIGN_OUT, Outcome.SUCCESS, sessions="another")
    return see_other("/account/?done=session")


@blueprint.post("/account/sessions/end")
def end_other_sessions() -> Response:
    """Sign every other browser out."""
    here = current_reader.required()
    with services().db.write() as session:
        sessions.end_all(session, here.reader_id, but=here.id)
    security_events.log_event(Event.READER_SIGN_OUT, Outcome.SUCCESS, sessions="all others")
    return see_other("/account/?done=sessions")


@blueprint.get("/account/export")
def export_data() -> Response:
    """Everything we hold of this reader, as one file."""
    here = current_reader.fresh()
    with services().db.read() as session:
        response = jsonify(export(session, readers.get(session, here.reader_id)))
    security_events.log_event(Event.READER_EXPORT, Outcome.SUCCESS)
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@blueprint.get("/account/delete")
def delete_page() -> str:
    """What goes, what stays, and one box to tick."""
    return _delete_page(current_reader.fresh(), {})


@blueprint.post("/account/delete")
def delete() -> Response:
    """Leave for good."""
    here = current_reader.fresh()
    if request.form.get("sure") != "yes":
        errors = {"sure": "Check the box to confirm. This cannot be undone."}
        return make_response(_delete_page(here, errors), 400)
    with services().db.write() as session:
        erasure.erase(session, services().settings, readers.get(session, here.reader_id))
    services().audience_cache.drop(cookies.SESSION.value())
    response = make_response(render_template("pages/account_deleted.html"))
    for cookie in (cookies.SESSION, cookies.KNOWN_BROWSER):
        cookie.clear(response)
    return response


def _delete_page(here: ReaderSession, errors: dict[str, str]) -> str:
    return render_template("pages/account_delete.html", reader=here.reader, errors=errors)
