"""One subscriber: what they get, how often, why or why not, every mail; and what can be done for them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.services import services
from newsletter.mail_history import mail_history
from newsletter.subscribers import eligibility, operator_acts, preferences, welcome
from newsletter.subscribers.models import Frequency, SignUp, Subscriber, SubscriberState
from newsletter.subscribers.operator_acts import OperatorAct, RefusedError
from newsletter.subscribers.preferences import InvalidPreferencesError
from website.admin import flash
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need
from website.admin.screens.subscriber_forms import FREQUENCIES, sent_preferences
from website.admin.tables.people import KINDS, SUBSCRIBER_STATES

blueprint = Blueprint("subscriber", __name__)
LONGEST_REASON = 500
PAUSES = {"2": "two weeks", "4": "four weeks", "13": "three months", "52": "a year"}  # by weeks
METHODS = {
    "mail": "signed up here",
    "account": "signed up here, signed in",
    "import": "elsewhere, added by an operator",
}
DONE = {
    "change": "Saved.",
    "pause": "Paused. When the pause ends, they get what they missed.",
    "resume": "Resumed.",
    "unsubscribe": "Unsubscribed. They get no more digests.",
    "lift": "Suppression removed.",
}


class Choice(NamedTuple):
    """What a subscriber follows: an exam or a topic, and since when."""

    kind: str
    slug: str
    name: str
    since: datetime


@blueprint.get("/subscribers/<int:subscriber_id>")
@needs(Need.PEOPLE)
def subscriber(subscriber_id: int) -> str:
    """The page of one subscriber."""
    return _page(subscriber_id, {})


@blueprint.post("/subscribers/<int:subscriber_id>/change")
@needs(Need.PEOPLE, fresh=True)
def change(subscriber_id: int) -> Response | tuple[str, int]:
    """Change what they get and how often."""

    def act(session: Session) -> None:
        operator_acts.change(session, subscriber_id, sent_preferences(session), _act())

    return _do(subscriber_id, "change", act)


@blueprint.post("/subscribers/<int:subscriber_id>/pause")
@needs(Need.PEOPLE, fresh=True)
def pause(subscriber_id: int) -> Response | tuple[str, int]:
    """Send nothing for some weeks."""
    weeks = request.form.get("weeks", "")
    if weeks not in PAUSES:
        abort(400)
    length = timedelta(weeks=int(weeks))
    return _do(
        subscriber_id, "pause", lambda session: operator_acts.pause(session, subscriber_id, length, _act())
    )


@blueprint.post("/subscribers/<int:subscriber_id>/resume")
@needs(Need.PEOPLE, fresh=True)
def resume(subscriber_id: int) -> Response | tuple[str, int]:
    """End the pause."""
    return _do(subscriber_id, "resume", lambda session: operator_acts.resume(session, subscriber_id, _act()))


@blueprint.post("/subscribers/<int:subscriber_id>/unsubscribe")
@needs(Need.PEOPLE, fresh=True)
def unsubscribe(subscriber_id: int) -> Response | tuple[str, int]:
    """Send nothing more."""
    return _do(
        subscriber_id,
        "unsubscribe",
        lambda session: operator_acts.unsubscribe(session, subscriber_id, _act()),
    )


@blueprint.post("/subscribers/<int:subscriber_id>/lift")
@needs(Need.PEOPLE, fresh=True)
def lift(subscriber_id: int) -> Response | tuple[str, int]:
    """Lift one suppression of their address."""
    kind = request.form.get("kind", "")
    if kind not in set(SuppressionKind):
        abort(400)
    return _do(
        subscriber_id,
        "lift",
        lambda session: operator_acts.lift(session, subscriber_id, SuppressionKind(kind), _act()),
    )


def _do(subscriber_id: int, name: str, act: Callable[[Session], None]) -> Response | tuple[str, int]:
    with services().db.read() as session:
        _find(session, subscriber_id)
    try:
        with services().db.write() as session:
            act(session)
    except (RefusedError, InvalidPreferencesError) as refused:
        return _page(subscriber_id, {_field_of(name, refused.field): str(refused)}), 422
    return flash.done(f"/admin/subscribers/{subscriber_id}", DONE[name])


def _field_of(name: str, field: str) -> str:
    """Each form of the page has a reason of its own."""
    return f"reason-{name}" if field == "reason" else field


def _act() -> OperatorAct:
    """Raises `RefusedError`."""
    return OperatorAct(current_operator().email, request.form.get("reason", "").strip()[:LONGEST_REASON])


def _page(subscriber_id: int, errors: dict[str, str]) -> str:
    now = clock.now()
    with services().db.read() as session:
        found = _find(session, subscriber_id)
        sign_ups = select(SignUp).where(SignUp.subscriber_id == found.id).order_by(SignUp.id.desc())
        reader = session.scalars(select(Reader.id).where(Reader.email_key == found.email_key)).first()
        return render_template(
            "screens/subscriber.html",
            subscriber=found,
            state=SUBSCRIBER_STATES[found.state],
            is_subscribed=found.state == SubscriberState.CONFIRMED,
            is_paused=found.paused_until is not None and found.paused_until > now,
            why_not=eligibility.why_not(session, found, now),
            chosen=_chosen(found),
            frequencies=FREQUENCIES,
            how_often=dict(FREQUENCIES)[Frequency(found.frequency)],
            options=preferences.subscription_options(session),
            suppressions=suppression.reasons(session, found.email_key),
            kinds=KINDS,
            can_be_lifted=operator_acts.CAN_BE_LIFTED,
            only_by_them=operator_acts.ONLY_BY_THEM,
            sign_ups=[
                (sign_up, welcome.in_words(welcome.names(session, sign_up)))
                for sign_up in session.scalars(sign_ups)
            ],
            methods=METHODS,
            mails=mail_history(session, found),
            reader=reader,
            pauses=list(PAUSES.items()),
            errors=errors,
        )


def _chosen(found: Subscriber) -> list[Choice]:
    rows = [
        (row.exam or row.topic, "exam" if row.exam else "topic", row.since) for row in found.subscriptions
    ]
    return [Choice(kind, item.slug, item.name, since) for item, kind, since in rows if item]


def _find(session: Session, subscriber_id: int) -> Subscriber:
    return session.get(Subscriber, subscriber_id) or abort(404)
