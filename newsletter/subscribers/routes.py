"""The pages for subscribing and confirming."""

import hmac

from flask import Blueprint, Response, make_response, render_template, request, url_for

from carrel import security_events
from carrel.accounts import current_reader, sessions
from carrel.http import cookies
from carrel.http.redirects import see_other
from carrel.mail import addresses, outbox
from carrel.mail.addresses import Address, InvalidAddressError
from carrel.security_events import Event, Outcome
from carrel.services import services
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
from newsletter.subscribers.sign_up import RequestOrigin, SignUpRequest
from newsletter.subscribers.sign_up_form import SignUpForm

blueprint = Blueprint("newsletter", __name__, template_folder="../templates")

TOO_QUICK = "That was quick. Press the button again so we know you’re a person."


@blueprint.get("/subscribe/")
def form() -> str:
    """The form, on a page of its own."""
    own = _own_address()
    return _form(SignUpForm.blank(own.typed if own else "", request.args.getlist("exam")), {})


@blueprint.post("/subscribe/")
def subscribe() -> Response:
    """Sign up, from this page or from the box on any other. The answer is the same for every address."""
    form, origin = SignUpForm.sent(), sign_up_form.request_origin()
    if sign_up_form.is_robot():
        return _tell_to_look(origin.browser)
    try:
        sign_up = _read(form, origin)
    except InvalidAddressError as error:
        return _show_errors(form, {"email": str(error)})
    except InvalidPreferencesError as error:
        return _show_errors(form, {error.field: str(error)})
    own, here = _own_address(), current_reader.reader_session()
    if here and own and own.key == sign_up.address.key:
        return _subscribe_at_once(sign_up, here.reader_id)
    if sign_up_form.is_too_quick(services().signer, request.form):
        return _show_errors(form, {"": TOO_QUICK})
    app = services()
    with app.db.write() as session:
        signing_up.count_attempt(session, origin)
        signing_up.sign_up(session, app.settings, app.signer, sign_up)
    return _tell_to_look(origin.browser)


@blueprint.get("/subscribe/sent/")
def sent() -> str:
    """Tells the visitor to look for the mail: the same page for everybody."""
    with services().db.read() as session:
        return render_template("newsletter/sent.html", is_delayed=outbox.is_delayed(session))


@blueprint.get("/newsletter/confirm/<token>")
def confirm_page(token: str) -> str | Response:
    """One button. Looking changes nothing, however often it is done (MAIL-10)."""
    with services().db.read() as session:
        try:
            sign_up = confirmation.find(session, token)
        except ConfirmLinkUsedError:
            return _link_used()
        return render_template(
            "newsletter/confirm.html",
            address=addresses.masked(sign_up.subscriber.email),
            choices=welcome.in_words(welcome.names(session, sign_up)),
            frequency=welcome.FREQUENCY_PHRASES[Frequency(sign_up.frequency)],
            same_browser=_is_same_browser(sign_up),
        )


@blueprint.post("/newsletter/confirm/<token>")
def confirm(token: str) -> Response:
    """The button was pressed: the subscription begins."""
    app = services()
    try:
        with app.db.write() as session:
            ip = request.remote_addr or ""
            subscriber = confirmation.confirm(session, app.settings, app.signer, token, ip)
    except ConfirmLinkUsedError:
        return _link_used()
    response = _to_preferences(subscriber)
    cookies.SIGN_UP.clear(response)
    return response


def _read(form: SignUpForm, origin: RequestOrigin) -> SignUpRequest:
    address = addresses.parse(form.email)
    with services().db.read() as session:
        options = preferences.subscription_options(session)
    chosen = preferences.parse_preferences(options, form.exams, form.topics, form.frequency)
    return SignUpRequest(address, preferences.default_to_all_exams(options, chosen), origin)


def _own_address() -> Address | None:
    """The address that was proven in this browser."""
    session = current_reader.reader_session()
    if session is None or session.reader.email is None or not sessions.may_see_account(session):
        return None
    return addresses.parse(session.reader.email)


def _subscribe_at_once(sign_up: SignUpRequest, reader_id: int) -> Response:
    app = services()
    with app.db.write() as session:
        signing_up.count_attempt_of_reader(session, reader_id)
        subscriber = confirmation.subscribe_proven(session, app.settings, app.signer, sign_up)
    return _to_preferences(subscriber)


def _tell_to_look(browser: str) -> Response:
    response = see_other(url_for("newsletter.sent"))
    cookies.SIGN_UP.set(response, browser)
    return response


def _show_errors(form: SignUpForm, errors: dict[str, str]) -> Response:
    return make_response(_form(form, errors), 400)


def _form(form: SignUpForm, errors: dict[str, str]) -> str:
    app = services()
    with app.db.read() as session:
        return render_template(
            "newsletter/subscribe.html",
            form=form,
            errors=errors,
            shown=sign_up_form.sign_time(app.signer),
            options=preferences.subscription_options(session),
        )


def _is_same_browser(sign_up: SignUp) -> bool:
    token = cookies.SIGN_UP.value()
    return bool(token) and hmac.compare_digest(token_hash(token), sign_up.browser_hash or b"")


def _link_used() -> Response:
    security_events.log_event(Event.SUBSCRIBER_LINK_REFUSED, Outcome.FAILURE)
    return make_response(render_template("newsletter/spent.html"), 410)


def _to_preferences(subscriber: Subscriber) -> Response:
    token = links.token_of(services().signer, subscriber.address_hash)
    return see_other(url_for("newsletter.preferences", token=token, done="subscribed"))
