"""Subscribing and confirming, as pages."""

import hmac

from flask import Blueprint, Response, make_response, render_template, request, url_for

from carrel.accounts import current_reader, sessions
from carrel.http import cookies
from carrel.http.redirects import see_other
from carrel.http.services import services
from carrel.mail import addresses, outbox
from carrel.mail.addresses import Address, InvalidAddressError
from carrel.tokens import token_hash
from newsletter.subscribers import (
    confirmation,
    links,
    preferences,
    sign_up_form,
    welcome,
)
from newsletter.subscribers import sign_up as signing_up
from newsletter.subscribers.confirmation import ConfirmLinkUsedError
from newsletter.subscribers.models import Frequency, SignUp, Subscriber
from newsletter.subscribers.preferences import InvalidPreferencesError
from newsletter.subscribers.sign_up import Asking, Visit
from newsletter.subscribers.sign_up_form import Form

blueprint = Blueprint("newsletter", __name__, template_folder="../templates")

TOO_QUICK = "That was quick. Press the button once more, so that we know a person is there."


@blueprint.get("/subscribe/")
def form() -> str:
    """The form, on a page of its own."""
    own = _own_address()
    return _form(Form.blank(own.typed if own else "", request.args.getlist("exam")), {})


@blueprint.post("/subscribe/")
def subscribe() -> Response:
    """Take a form, from this page or from the box on any other. One answer for every address."""
    sent, visit = Form.sent(), sign_up_form.visit()
    if sign_up_form.is_robot():
        return _asked(visit.browser)
    try:
        asking = _read(sent, visit)
    except InvalidAddressError as wrong:
        return _again(sent, {"email": str(wrong)})
    except InvalidPreferencesError as wrong:
        return _again(sent, {wrong.field: str(wrong)})
    own = _own_address()
    if own and own.key == asking.address.key:
        return _subscribe_at_once(asking)
    if sign_up_form.is_too_quick(services().signer, request.form):
        return _again(sent, {"": TOO_QUICK})
    desk = services()
    with desk.db.write() as session:
        signing_up.count(session, visit)
        signing_up.sign_up(session, desk.settings, desk.signer, asking)
    return _asked(visit.browser)


@blueprint.get("/subscribe/sent/")
def sent() -> str:
    """What to do now: the same for everybody."""
    with services().db.read() as session:
        return render_template("newsletter/sent.html", is_delayed=outbox.is_delayed(session))


@blueprint.get("/newsletter/confirm/<token>")
def confirm_page(token: str) -> str | Response:
    """One button. Looking changes nothing, however often it is done (MAIL-10)."""
    with services().db.read() as session:
        try:
            found = confirmation.find(session, token)
        except ConfirmLinkUsedError:
            return _spent()
        return render_template(
            "newsletter/confirm.html",
            address=addresses.masked(found.subscriber.email),
            what=welcome.in_words(welcome.names(session, found)),
            pace=welcome.PACES[Frequency(found.pace)],
            same_browser=_is_same_browser(found),
        )


@blueprint.post("/newsletter/confirm/<token>")
def confirm(token: str) -> Response:
    """The button was pressed: the subscription begins."""
    desk = services()
    try:
        with desk.db.write() as session:
            ip = request.remote_addr or ""
            subscriber = confirmation.confirm(session, desk.settings, desk.signer, token, ip)
    except ConfirmLinkUsedError:
        return _spent()
    response = _to_preferences(subscriber)
    cookies.SIGN_UP.clear(response)
    return response


def _read(form: Form, visit: Visit) -> Asking:
    address = addresses.parse(form.email)
    with services().db.read() as session:
        offer = preferences.on_offer(session)
    wish = preferences.read_wish(offer, form.exams, form.topics, form.pace)
    return Asking(address, preferences.or_everything(offer, wish), visit)


def _own_address() -> Address | None:
    """The address that was proven in this browser."""
    session = current_reader.reader_session()
    if session is None or session.reader.email is None or not sessions.may_see_account(session):
        return None
    return addresses.parse(session.reader.email)


def _subscribe_at_once(asking: Asking) -> Response:
    desk = services()
    with desk.db.write() as session:
        signing_up.count(session, asking.visit)
        subscriber = confirmation.subscribe_proven(session, desk.settings, desk.signer, asking)
    return _to_preferences(subscriber)


def _asked(browser: str) -> Response:
    response = see_other(url_for("newsletter.sent"))
    cookies.SIGN_UP.set(response, browser)
    return response


def _again(sent: Form, errors: dict[str, str]) -> Response:
    return make_response(_form(sent, errors), 400)


def _form(form: Form, errors: dict[str, str]) -> str:
    desk = services()
    with desk.db.read() as session:
        return render_template(
            "newsletter/subscribe.html",
            form=form,
            errors=errors,
            shown=sign_up_form.time_mark(desk.signer),
            offer=preferences.on_offer(session),
        )


def _is_same_browser(sign_up: SignUp) -> bool:
    token = cookies.SIGN_UP.value()
    return bool(token) and hmac.compare_digest(token_hash(token), sign_up.browser_hash or b"")


def _spent() -> Response:
    return make_response(render_template("newsletter/spent.html"), 410)


def _to_preferences(subscriber: Subscriber) -> Response:
    token = links.token_of(services().signer, subscriber.address_hash)
    return see_other(url_for("newsletter.preferences", token=token, done="subscribed"))
