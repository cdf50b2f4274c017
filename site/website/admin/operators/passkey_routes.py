"""Signing in, proving oneself again and looking after one's keys, with passkeys.

For each there are two requests: `…/challenge` hands out what the key has to sign, and the form that follows carries
the whole answer. The script between them is `js/passkey.js`.
"""

from flask import Blueprint, Response, request

from carrel.http.redirects import see_other
from carrel.http.routing import database_id
from carrel.http.services import services
from website.admin import cookie
from website.admin.guard import for_anybody, me, my_session, needs
from website.admin.operators import pages, passkeys
from website.admin.operators.challenges import InvalidAnswerError, Site
from website.admin.operators.roles import Need
from website.admin.operators.sign_in import SignInFailedError

blueprint = Blueprint("passkeys", __name__, url_prefix="/passkeys")
NOT_KNOWN = "This passkey is not known here, or you took longer than five minutes. Try again, or use a code."
NOT_ADDED = "This passkey could not be added: it is known here already, or you took longer than five minutes."
Answer = Response | tuple[str, int] | str


@blueprint.post("/sign-in/challenge")
@for_anybody
def sign_in_challenge() -> Response:
    """What a key has to sign, for whoever wants to sign in."""
    return _asked(*passkeys.ask_to_sign_in(services(), _site(), pages.place()))


@blueprint.post("/sign-in")
@for_anybody
def sign_in() -> Answer:
    """Sign in, or say that the key is not known."""
    try:
        token = passkeys.sign_in(services(), _site(), cookie.challenge(), _sent(), pages.place())
    except SignInFailedError:
        return pages.sign_in_page({"": NOT_KNOWN}), 403
    return cookie.take_challenge_away(cookie.give(see_other(pages.next_path()), token))


@blueprint.post("/again/challenge")
@needs(Need.LOOK)
def again_challenge() -> Response:
    """What a key of one's own has to sign."""
    return _asked(*passkeys.ask_again(services(), _site(), me()))


@blueprint.post("/again")
@needs(Need.LOOK)
def again() -> Answer:
    """Take the passkey in place of a code."""
    try:
        passkeys.prove_again(services(), _site(), my_session(), cookie.challenge(), _sent())
    except SignInFailedError:
        return pages.again_page({"": NOT_KNOWN}), 403
    return cookie.take_challenge_away(pages.go_on())


@blueprint.post("/add/challenge")
@needs(Need.LOOK, fresh=True)
def add_challenge() -> Response:
    """What a new key has to sign."""
    return _asked(*passkeys.ask_to_add(services(), _site(), me()))


@blueprint.post("/add")
@needs(Need.LOOK, fresh=True)
def add() -> Answer:
    """Keep the new key."""
    name = request.form.get("name", "")
    try:
        passkeys.add(services(), _site(), me(), cookie.challenge(), _sent(), name=name)
    except InvalidAnswerError:
        return pages.account_page({"": NOT_ADDED}), 422
    return cookie.take_challenge_away(see_other("/admin/me"))


@blueprint.post("/remove")
@needs(Need.LOOK, fresh=True)
def remove() -> Response:
    """Forget a key of one's own."""
    with services().db.write() as session:
        passkeys.remove(session, me(), request.form.get("key", 0, type=database_id))
    return see_other("/admin/me")


def _asked(token: str, options: str) -> Response:
    return cookie.give_challenge(Response(options, mimetype="application/json"), token)


def _sent() -> str:
    return request.form.get("credential", "")


def _site() -> Site:
    # The host was compared with the settings' before the view; the demo answers under every name of this machine.
    settings = services().settings
    return Site(f"{'https' if settings.is_https else 'http'}://{request.host}", settings.site_name)
