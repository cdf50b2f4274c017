"""The pages of gifts: the form of the buyer, their page of each gift, and redeeming a code."""

from flask import Blueprint, Flask, Response, make_response, render_template, request
from werkzeug.routing import BaseConverter

from carrel.accounts import current_reader, sessions
from carrel.accounts.models import ReaderSession
from carrel.accounts.paths import safe_path
from carrel.http import cookies, errors
from carrel.http.redirects import see_other
from carrel.mail.addresses import InvalidAddressError, parse
from carrel.services import services
from payments import offer
from payments.gifts import sending, wishes
from payments.gifts.codes import MalformedCodeError
from payments.gifts.mails import REDEEM_PATH, redeem_url
from payments.gifts.redeem import Outcome, Redeemer, redeem
from payments.gifts.sending import CannotSendError
from payments.gifts.wishes import GiftWishes
from payments.queries import gift_summary
from payments.queries.gift_summary import GiftNotFoundError

blueprint = Blueprint("gifts", __name__, template_folder="templates")
GIFT_PATH = "/pass/gift/"
CANNOT_SEND = errors.ErrorPage(
    "This gift can no longer be emailed",
    "It was redeemed, has ended, or has reached its limit of emails. The gift’s page shows which.",
)
STATUS = {Outcome.REDEEMED: 200, Outcome.UNKNOWN: 404}  # any other: 409
DONE = {
    "bought": "Thank you. Your payment has arrived, and the gift is ready.",
    "sent": "The email is on its way.",
}


class CodeConverter(BaseConverter):
    """What can be a code: any other path there does not exist."""

    regex = "[A-Za-z0-9-]{20,60}"


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.url_map.converters["gift_code"] = CodeConverter
    app.register_blueprint(blueprint)
    errors.register(app, GiftNotFoundError, 404)
    errors.register(app, CannotSendError, 409, CANNOT_SEND)


@blueprint.get(GIFT_PATH)
def gift_form() -> Response:
    """What a gift is, and the form for it."""
    return form(safe_path(request.args.get("next", "/")))


def form(return_to: str, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    """The form, with what was typed."""
    settings = services().settings
    page = render_template(
        "payments/gift.html",
        price=offer.price_display(settings),
        to_pay=offer.price_and_tax(settings),
        tax=settings.pass_tax,
        ways_to_pay=offer.ways_to_pay(settings),
        takes_codes=settings.pass_promotion_codes,
        refund_days=settings.refund_days,
        sells=settings.sells,
        first_day=wishes.today(settings.zone),
        last_day=wishes.last_day(settings.zone),
        longest_name=wishes.LONGEST_NAME,
        longest_message=wishes.LONGEST_MESSAGE,
        typed=request.form,
        errors=errors or {},
        return_to=return_to,
    )
    return make_response(page, status)


def wishes_of_form() -> GiftWishes:
    """What the buyer wishes. Raises `InvalidWishesError`."""
    giver, message, email, day = (request.form.get(name, "") for name in ("giver", "message", "email", "day"))
    return wishes.read_wishes(giver, message, email, day, services().settings.zone)


@blueprint.get("/account/gifts/<reference>")
def gift_page(reference: str) -> Response:
    """One gift, for its buyer: the code and the sheet to print, and whether it was used."""
    return _gift_page(current_reader.required(), reference, {})


@blueprint.post("/account/gifts/<reference>/send")
def send(reference: str) -> Response:
    """Mail it, now or again."""
    here = current_reader.required()
    with services().db.read() as session:
        gift = gift_summary.find_gift(session, reference, here.reader_id)
    typed = request.form.get("email", "").strip() or gift.recipient or ""
    try:
        recipient = parse(typed)
    except InvalidAddressError as error:
        return _gift_page(here, reference, {"email": str(error)}, 400)
    with services().db.write() as session:
        gift = gift_summary.find_gift(session, reference, here.reader_id)
        sending.send_again(session, services().signer, gift, recipient)
    return see_other(f"/account/gifts/{reference}?done=sent")


@blueprint.get(REDEEM_PATH)
def redeem_page() -> Response:
    """Where to type a code."""
    return _redeem_page()


@blueprint.get(f"{REDEEM_PATH}<gift_code:token>")
def redeem_link(token: str) -> Response:
    """The same from a link. The code is filled in and not looked up: opening says nothing and changes nothing."""
    return _redeem_page(typed=token)


@blueprint.post(REDEEM_PATH)
@blueprint.post(f"{REDEEM_PATH}<gift_code:token>")
def redeem_code(token: str = "") -> Response:
    """Redeem a code, in this browser or for the account that is signed in here."""
    here = current_reader.reader_session()
    typed = request.form.get("code", token)
    redeemer = Redeemer(
        here.reader_id if here else None,
        request.remote_addr or "",
        sessions.browser_name(request.user_agent.string),
    )
    try:
        with services().db.write() as session:
            redemption = redeem(session, typed, redeemer)
    except MalformedCodeError as error:
        return _redeem_page(typed, {"code": str(error)}, 400)
    if redemption.outcome is Outcome.UNKNOWN:
        return _redeem_page(typed, {"code": "No gift has this code. Please check it again."}, 404)
    services().audience_cache.drop(cookies.SESSION.value())
    response = make_response(
        render_template("payments/redeemed.html", outcome=redemption.outcome, here=here),
        STATUS.get(redemption.outcome, 409),
    )
    if redemption.new_token:
        cookies.SESSION.set(response, redemption.new_token)
    return response


def _redeem_page(typed: str = "", errors: dict[str, str] | None = None, status: int = 200) -> Response:
    here = current_reader.reader_session()
    page = render_template(
        "payments/redeem.html",
        typed=typed,
        errors=errors or {},
        has_pass=here is not None and here.reader.ad_free,
        email=here.reader.email if here and sessions.may_see_account(here) else None,
    )
    return make_response(page, status)


def _gift_page(here: ReaderSession, reference: str, errors: dict[str, str], status: int = 200) -> Response:
    settings = services().settings
    with services().db.read() as session:
        gift = gift_summary.gift_summary(session, settings, reference, here.reader_id)
    done = DONE.get(request.args.get("done", ""))
    page = render_template(
        "payments/gift_page.html",
        gift=gift,
        link=redeem_url(settings, gift.code) if gift.code else None,
        redeem_page=f"{settings.host}{REDEEM_PATH}",  # as people type it
        errors=errors,
        messages=[("good", done)] if done else [],
    )
    return make_response(page, status)
