"""Changing the account's address over HTTP, and taking a change back."""

from flask import Blueprint, Flask, Response, make_response, render_template, request

from carrel.accounts import address_change, current_reader, links
from carrel.accounts.address_change import AddressTakenError, SameAddressError
from carrel.accounts.models import LinkPurpose
from carrel.http import cookies, errors, link_cookie, storage_register
from carrel.http.redirects import see_other
from carrel.mail.addresses import InvalidAddressError, masked, parse
from carrel.services import services

blueprint = Blueprint("address", __name__, template_folder="templates")
TAKEN = errors.ErrorPage(
    "That address already has an account",
    "Sign out and sign in with that address, or choose a different one for this account.",
)


def init_app(app: Flask) -> None:
    """Put the change of address on the site."""
    app.register_blueprint(blueprint)
    errors.register(app, AddressTakenError, 409, TAKEN)
    storage_register.declare(
        app,
        cookies.UNDO_LINK,
        purpose="Holds the link that undoes a change of email address. Set when you open the link.",
        lasts="One hour, or until the change is undone",
    )


@blueprint.get("/account/address")
def new_address() -> Response:
    """Ask for the new address, of somebody who has just proven the old one."""
    here = current_reader.fresh()
    if here.reader.email is None:
        return see_other("/sign-in/?next=/account/")
    return make_response(_form(here.reader.email, {}))


@blueprint.post("/account/address")
def send_proof() -> Response:
    """Mail a link to the new address; nothing changes yet."""
    here, typed = current_reader.fresh(), request.form.get("email", "")
    if here.reader.email is None:
        return see_other("/sign-in/?next=/account/")
    try:
        address = parse(typed)
        with services().db.write() as session:
            address_change.ask(session, services().settings, here.reader, address)
    except InvalidAddressError as error:
        return make_response(_form(here.reader.email, {"email": str(error)}, typed), 400)
    except SameAddressError:
        errors = {"email": "This is already your address."}
        return make_response(_form(here.reader.email, errors, typed), 400)
    return see_other("/account/address/sent")


@blueprint.get("/account/address/sent")
def sent() -> str:
    """Look into the mail of the new address."""
    current_reader.required()
    return render_template("accounts/address_sent.html")


@blueprint.get("/account/address/<token:token>")
def confirm(token: str) -> str:
    """One button, for the reader whose account it is."""
    here = current_reader.required()
    with services().db.read() as session:
        link = links.find(session, LinkPurpose.NEW_ADDRESS, token)
    if link.reader_id != here.reader_id:
        raise links.LinkUsedError
    return render_template("accounts/address_confirm.html", address=masked(link.email))


@blueprint.post("/account/address/<token:token>")
def use_proof(token: str) -> Response:
    """The new address is proven: it is the account's from now on."""
    here = current_reader.required()
    with services().db.write() as session:
        address_change.confirm(session, services().settings, token, here)
    return see_other("/account/?done=address")


@blueprint.get("/account/address/undo/<token:token>")
def open_undo(token: str) -> Response:
    """The link of the mail: on to the page without its token."""
    page = _undo_page(token)
    return link_cookie.moved(cookies.UNDO_LINK, token, "/account/address/undo/link") or page


@blueprint.get("/account/address/undo/link")
def undo_page() -> Response:
    """One button, for the owner of the old address, who need not be signed in."""
    return _undo_page(link_cookie.kept(cookies.UNDO_LINK))


@blueprint.post("/account/address/undo/link")
def undo_kept() -> Response:
    """Undo the change, if it is the one that the page was shown for."""
    token = link_cookie.kept(cookies.UNDO_LINK)
    return undo(token) if link_cookie.is_shown(token) else _undo_page(token)


@blueprint.post("/account/address/undo/<token:token>")
def undo(token: str) -> Response:
    """Undo the change, and sign everybody out."""
    with services().db.write() as session:
        undone = address_change.undo(session, token)
    services().audience_cache.drop(cookies.SESSION.value())
    response = make_response(render_template("accounts/address_undone.html", address=masked(undone.email)))
    cookies.SESSION.clear(response)
    cookies.UNDO_LINK.clear(response)
    return response


def _undo_page(token: str) -> Response:
    with services().db.read() as session:
        change = address_change.find_undo(session, token)
    page = render_template("accounts/address_undo.html", token=token, address=masked(change.old_email))
    return make_response(page)


def _form(email: str, errors: dict[str, str], typed: str = "") -> str:
    return render_template("accounts/address.html", address=masked(email), errors=errors, typed=typed)
