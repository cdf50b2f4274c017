"""Signing in, confirming again and managing one's keys, with passkeys.

For each there are two requests: `…/challenge` hands out what the key has to sign, and the form that follows carries
the whole answer. The script between them is `js/passkey.js`.
"""

from flask import Blueprint, Response, request

from carrel.http import cookies
from carrel.http.routing import database_id
from carrel.services import services
from website.admin.flash import done
from website.admin.guard import current_operator, needs, open_to_all, required_session
from website.admin.operator_pages import pages
from website.admin.operators import passkeys
from website.admin.operators.challenges import InvalidAnswerError, RelyingParty
from website.admin.operators.roles import Need
from website.admin.operators.sign_in import SignInFailedError

blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")
NOT_KNOWN = (
    "This passkey is not registered here, or more than five minutes have passed. Try again, or use a code."
)
NOT_ADDED = (
    "This passkey could not be added: it is already registered, or more than five minutes have passed."
)
ADDED = "The passkey is added. You are signed out everywhere else, and an email confirms it."
REMOVED = "The passkey is removed. You are signed out everywhere else, and an email confirms it."
Answer = Response | tuple[str, int] | str


@blueprint.post("/sign-in/challenge")
@open_to_all
def sign_in_challenge() -> Response:
    """The challenge that a key must sign to sign in."""
    return _asked(*passkeys.ask_to_sign_in(services(), _site(), pages.source()))


@blueprint.post("/sign-in")
@open_to_all
def sign_in() -> Answer:
    """Sign in, or say that the key is not known."""
    try:
        token = passkeys.sign_in(
            services(), _site(), cookies.PASSKEY_CHALLENGE.value(), _sent(), pages.source()
        )
    except SignInFailedError:
        return pages.sign_in_page({"": NOT_KNOWN}), 403
    return _without_challenge(pages.welcome(token))


@blueprint.post("/again/challenge")
@needs(Need.LOOK)
def again_challenge() -> Response:
    """What a key of one's own has to sign."""
    return _asked(*passkeys.ask_again(services(), _site(), current_operator()))


@blueprint.post("/again")
@needs(Need.LOOK)
def again() -> Answer:
    """Take the passkey in place of a code."""
    try:
        passkeys.prove_again(
            services(), _site(), required_session(), cookies.PASSKEY_CHALLENGE.value(), _sent()
        )
    except SignInFailedError:
        return pages.again_page({"": NOT_KNOWN}), 403
    return _without_challenge(pages.continue_request())


@blueprint.post("/add/challenge")
@needs(Need.LOOK, fresh=True)
def add_challenge() -> Response:
    """What a new key has to sign."""
    return _asked(*passkeys.ask_to_add(services(), _site(), current_operator()))


@blueprint.post("/add")
@needs(Need.LOOK, fresh=True)
def add() -> Answer:
    """Keep the new key."""
    name = request.form.get("name", "")
    try:
        passkeys.add(
            services(), _site(), required_session(), cookies.PASSKEY_CHALLENGE.value(), _sent(), name=name
        )
    except InvalidAnswerError:
        return pages.account_page({"": NOT_ADDED}), 422
    return _without_challenge(done("/admin/me", ADDED))


@blueprint.post("/remove")
@needs(Need.LOOK, fresh=True)
def remove() -> Response:
    """Forget a key of one's own."""
    with services().db.write() as session:
        key_id = request.form.get("key", 0, type=database_id)
        passkeys.remove(session, services().settings, required_session(), key_id)
    return done("/admin/me", REMOVED)


def _asked(token: str, options: str) -> Response:
    response = Response(options, mimetype="application/json")
    cookies.PASSKEY_CHALLENGE.set(response, token)
    return response


def _without_challenge(response: Response) -> Response:
    """A challenge is used once."""
    cookies.PASSKEY_CHALLENGE.clear(response)
    return response


def _sent() -> str:
    return request.form.get("credential", "")


def _site() -> RelyingParty:
    # The host was compared with the settings' before the view; the demo answers under every name of this machine.
    settings = services().settings
    return RelyingParty(f"{'https' if settings.is_https else 'http'}://{request.host}", settings.site_name)
