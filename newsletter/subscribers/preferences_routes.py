"""The pages behind the links in every mail: preferences, pause, unsubscribe, erasure. No login."""

from contextlib import suppress
from datetime import date, timedelta

from flask import Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from carrel import clock, security_events
from carrel.dates import day_at
from carrel.http.redirects import see_other
from carrel.mail import addresses
from carrel.security_events import Event, Outcome
from carrel.services import services
from carrel.tokens import InvalidSignatureError
from newsletter.subscribers import erasure, links, unsubscribing
from newsletter.subscribers import preferences as choosing
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.preferences import InvalidPreferencesError
from newsletter.subscribers.routes import blueprint

PAUSES = {"2": "two weeks", "4": "four weeks", "13": "three months"}  # by the number of weeks
DONE = {
    "subscribed": "You are subscribed. You can change your choices below at any time.",
    "saved": "Saved.",
    "paused": "Paused. When the pause ends, you will get what you missed.",
    "resumed": "Your subscription is active again.",
    "forgotten": "Your address is deleted. We keep only a code that cannot be turned back into it, so that nobody can subscribe you again by mistake.",
}


@blueprint.get("/newsletter/preferences/<token>")
def preferences(token: str) -> str:
    """What the subscriber chose. Of the address, no more than its owner needs to know it again (MF-21).

    An invalid link, most likely one that was cut off, gets a page that says what to do, with 404.
    """
    return _preferences(token, {})


@blueprint.post("/newsletter/preferences/<token>")
def change_preferences(token: str) -> Response:
    """Save, pause, resume, unsubscribe or erase: the button says which."""
    address_hash = _address_hash(token)
    try:
        with services().db.write() as session:
            subscriber = unsubscribing.find(session, address_hash)
            done = _act(session, subscriber) if subscriber else ""
    except InvalidPreferencesError as error:
        return make_response(_preferences(token, {error.field: str(error)}), 400)
    return see_other(url_for("newsletter.preferences", token=token, done=done))


@blueprint.get("/newsletter/unsubscribe/<token>")
def unsubscribe(token: str) -> str:
    """One button, for people. Looking changes nothing (MAIL-10)."""
    address_hash = _address_hash(token)
    with services().db.read() as session:
        subscriber = unsubscribing.find(session, address_hash)
    if subscriber is None:
        return _left()
    return render_template(
        "newsletter/unsubscribe.html", token=token, address=addresses.masked(subscriber.email)
    )


@blueprint.post("/newsletter/unsubscribe/<token>")
def one_click(token: str) -> str:
    """Unsubscribe at once. Sent by the button, and without cookies by mail programs (RFC 8058).

    The answer is the same for a second time, for an erased address and for an invalid token.
    """
    with suppress(InvalidSignatureError):
        address_hash = _address_hash(token)
        with services().db.write() as session:
            if subscriber := unsubscribing.find(session, address_hash):
                unsubscribing.unsubscribe(session, subscriber)
    return _left()


@blueprint.errorhandler(InvalidSignatureError)
def not_ours(_failure: InvalidSignatureError) -> Response:
    """Most likely a link that was not copied whole."""
    security_events.log_event(Event.SIGNATURE_REFUSED, Outcome.FAILURE)
    return make_response(render_template("newsletter/incomplete.html"), 404)


def _address_hash(token: str) -> bytes:
    """The HMAC of the address that a link is for. Raises `InvalidSignatureError`."""
    return links.address_hash_of(services().signer, token)


def _act(session: Session, subscriber: Subscriber) -> str:
    form = request.form
    match form.get("act"):
        case "pause":
            weeks = form.get("weeks", "")
            unsubscribing.pause(
                subscriber, clock.now() + timedelta(weeks=int(weeks) if weeks in PAUSES else 2)
            )
            return "paused"
        case "resume":
            unsubscribing.resume(subscriber)
            return "resumed"
        case "leave":
            unsubscribing.unsubscribe(session, subscriber)
            return "left"
        case "forget":
            erasure.erase(session, subscriber.email_key)
            return "forgotten"
    chosen = choosing.parse_preferences(
        choosing.subscription_options(session),
        form.getlist("exam"),
        form.getlist("topic"),
        form.get("pace", ""),
    )
    unsubscribing.change(session, subscriber, chosen)
    return "saved"


def _preferences(token: str, errors: dict[str, str]) -> str:
    address_hash = _address_hash(token)
    with services().db.read() as session:
        subscriber = unsubscribing.find(session, address_hash)
        if subscriber is None:
            return _left()
        return render_template(
            "newsletter/preferences.html",
            token=token,
            subscriber=subscriber,
            address=addresses.masked(subscriber.email),
            chosen_exams=[row.exam.slug for row in subscriber.subscriptions if row.exam],
            chosen_topics=[row.topic.slug for row in subscriber.subscriptions if row.topic],
            options=choosing.subscription_options(session),
            paused_until=_day_after(subscriber),
            pauses=PAUSES,
            errors=errors,
            done=DONE.get(request.args.get("done", "")),
        )


def _day_after(subscriber: Subscriber) -> date | None:
    """The day on which a pause ends, where the operator is; None without a pause."""
    until = subscriber.paused_until
    if until is None or until <= clock.now():
        return None
    return day_at(services().settings, until)


def _left() -> str:
    return render_template("newsletter/left.html", done=DONE.get(request.args.get("done", "")))
