"""Adding one subscriber who agreed in person, on paper or by mail."""

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from carrel.mail import addresses
from carrel.mail.addresses import InvalidAddressError
from carrel.services import services
from newsletter.subscribers import operator_acts, preferences
from newsletter.subscribers.operator_acts import LONGEST_EVIDENCE, NewSubscriber, RefusedError
from newsletter.subscribers.preferences import InvalidPreferencesError
from website.admin import flash
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.screens.subscriber_forms import FREQUENCIES, sent_day, sent_preferences

blueprint = Blueprint("new_subscriber", __name__)


@blueprint.get("/subscribers/new")
@needs(Need.PEOPLE)
def new() -> str:
    """The form for one subscriber."""
    return _new_page({})


@blueprint.post("/subscribers/new")
@needs(Need.PEOPLE, fresh=True)
def add() -> Response | tuple[str, int]:
    """Subscribe somebody who agreed elsewhere, with the evidence."""
    try:
        with services().db.write() as session:
            subscriber = operator_acts.add(session, _new_subscriber(session), current_operator().email)
    except InvalidAddressError as bad:
        return _new_page({"email": str(bad)}), 422
    except (RefusedError, InvalidPreferencesError) as refused:
        return _new_page({refused.field: str(refused)}), 422
    return flash.done(f"/admin/subscribers/{subscriber.id}", "Subscribed.")


def _new_subscriber(session: Session) -> NewSubscriber:
    """Raises `InvalidAddressError`, `InvalidPreferencesError`, `RefusedError`."""
    day = sent_day("consented_at")
    if day is None:
        raise RefusedError("consented_at", "Write the date on which they agreed, such as 2026-03-31.")
    chosen = preferences.default_to_all_exams(
        preferences.subscription_options(session), sent_preferences(session)
    )
    return NewSubscriber(
        addresses.parse(request.form.get("email", "")),
        chosen,
        day,
        request.form.get("evidence", "").strip()[:LONGEST_EVIDENCE],
    )


def _new_page(errors: dict[str, str]) -> str:
    with services().db.read() as session:
        return render_template(
            "screens/new_subscriber.html",
            options=preferences.subscription_options(session),
            frequencies=FREQUENCIES,
            values={
                name: request.form.get(name, "") for name in ("email", "consented_at", "evidence", "pace")
            },
            exams=request.form.getlist("exam"),
            topics=request.form.getlist("topic"),
            longest=LONGEST_EVIDENCE,
            errors=errors,
        )
