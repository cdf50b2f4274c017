"""The pass over HTTP: the offer, the way to Checkout and back, and the reader's refund."""

import structlog
from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for

from carrel.accounts import current_reader
from carrel.accounts.paths import safe_path
from carrel.accounts.sessions import may_see_account
from carrel.http import cookies, errors
from carrel.http.services import services
from payments import offer, refunds, signal_handlers
from payments.checkout import start_checkout, success_page
from payments.checkout.checkout_session import open_session, thanks_path
from payments.checkout.orders import AlreadyOwnedError
from payments.checkout.success_page import Arrival
from payments.payment_context import PaymentContext, shop_of
from payments.refunds import NotRefundableError
from payments.stripe.client import StripeRefusedError, StripeUnavailableError
from payments.stripe.events import AN_ID
from payments.stripe.schemas import StripeResponseError
from payments.webhooks.routes import webhook

log = structlog.get_logger()
blueprint = Blueprint("payments", __name__, template_folder="templates")
for address in ("/webhooks/stripe", "/webhooks/stripe/"):  # Stripe takes a redirect for a failure
    blueprint.add_url_rule(address, view_func=webhook, methods=["POST"])
POLL_SECONDS = 5
POLLS = 12  # a minute
BACK_SECONDS = 1
AWAY = errors.ErrorPage(
    "The payment page cannot be reached right now",
    "Nothing was charged. Try again in a minute; everything else on this site works as always.",
)
TOO_LATE = errors.ErrorPage(
    "This payment cannot be refunded by the button",
    "The days for it are over, or the money is on its way back already. Write to us if something is wrong.",
)


def init_app(app: Flask) -> None:
    """Put the pass on the site."""
    app.register_blueprint(blueprint)
    errors.register(app, NotRefundableError, 409, TOO_LATE)
    signal_handlers.listen()


@blueprint.get("/pass/")
def offer_page() -> Response:
    """What one gets, what it costs, and how to get it."""
    return _offer(safe_path(request.args.get("next", "/")))


@blueprint.post("/pass/checkout")
def checkout() -> Response:
    """To Stripe's page, with an order in hand. A guest gets their first cookie here (decision 1)."""
    shop = shop_of(services())
    return_to = safe_path(request.form.get("next", "/"))
    if not shop.settings.sells:
        return make_response(_offer(return_to), 503)
    session = current_reader.reader_session()
    visitor = start_checkout.Visitor(
        reader_id=session.reader_id if session else None,
        may_see_account=session is not None and may_see_account(session),
        address=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    try:
        begun = start_checkout.begin(shop, visitor, return_to)
    except AlreadyOwnedError:
        return make_response(_offer(return_to), 409)
    response = _onward(shop, begun)
    if begun.new_token:
        cookies.SESSION.set(response, begun.new_token)
    return response


@blueprint.get("/pass/thanks")
def thanks() -> Response:
    """Back from Checkout. Records what Stripe already knows (decision 4), and signs nobody in."""
    session = current_reader.reader_session()
    session_id = request.args.get("session", "")
    welcome = success_page.arrive(shop_of(services()), session_id, session.reader_id if session else None)
    back = f"{welcome.return_to}#page-thanks"
    if welcome.arrival is Arrival.ACTIVE and welcome.is_known_everywhere:
        return _see(back)
    status = 200 if AN_ID.fullmatch(session_id) else 404
    response = make_response(render_template("payments/thanks.html", welcome=welcome), status)
    response.headers["Referrer-Policy"] = "same-origin"  # the session's id stands in the address
    if welcome.arrival is Arrival.ACTIVE:
        response.headers["Refresh"] = f"{BACK_SECONDS}; url={back}"
    elif welcome.arrival is Arrival.PROCESSING:
        _poll(response, session_id)
    return response


@blueprint.post("/pass/refund")
def refund() -> Response:
    """The reader's one button: the money back, the pass ended."""
    session = current_reader.required()
    refunds.refund_own(shop_of(services()), request.form.get("order", ""), session.reader_id)
    return _see("/account/")


def _see(url: str) -> Response:
    return make_response(redirect(url, 303))


def _offer(return_to: str) -> Response:
    settings = services().settings
    session = current_reader.reader_session()
    page = render_template(
        "payments/offer.html",
        line=offer.offer_line(settings),
        price=offer.price_display(settings),
        extras=settings.pass_extras,
        refund_days=settings.refund_days,
        sells=settings.sells,
        has_pass=session is not None and session.reader.ad_free,
        signed_in=session is not None,
        return_to=return_to,
    )
    return make_response(page)


def _onward(shop: PaymentContext, begun: start_checkout.Begun) -> Response:
    if begun.waits_for:
        return _see(thanks_path(begun.waits_for))
    try:
        return _see(open_session(shop, begun.order, begun.email))
    except (StripeUnavailableError, StripeRefusedError, StripeResponseError) as failure:
        log.error("checkout not opened", order=begun.order.reference, failure=str(failure))
        return errors.error_response(503, AWAY)


def _poll(response: Response, session_id: str) -> None:
    """Ask again without JavaScript, for a minute."""
    asked = request.args.get("asked", 0, type=int)
    if asked < POLLS:
        again = url_for("payments.thanks", session=session_id, asked=asked + 1)
        response.headers["Refresh"] = f"{POLL_SECONDS}; url={again}"
