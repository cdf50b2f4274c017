"""The pages of the pass: the offer, Checkout, the success page, and the refund button."""

import structlog
from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for

from carrel.accounts import current_reader
from carrel.accounts.paths import safe_path
from carrel.accounts.sessions import may_see_account
from carrel.http import cookies, errors
from carrel.http.redirects import see_other
from carrel.services import services
from payments import gift_routes, hook_handlers, offer, refunds
from payments.checkout import start_checkout, success_page
from payments.checkout.checkout_session import close_superseded, open_checkout_session, success_path
from payments.checkout.orders import AlreadyOwnedError
from payments.checkout.success_page import CheckoutOutcome
from payments.gifts.wishes import GiftWishes, InvalidWishesError
from payments.payment_context import PaymentContext, payment_context
from payments.refunds import NotRefundableError, PaymentDisputedError
from payments.stripe.client import StripeRefusedError, StripeUnavailableError
from payments.stripe.events import ID_PATTERN
from payments.stripe.schemas import StripeResponseError
from payments.webhooks.routes import webhook

log = structlog.get_logger()
blueprint = Blueprint("payments", __name__, template_folder="templates")
for path in ("/webhooks/stripe", "/webhooks/stripe/"):  # Stripe counts a redirect as a failure
    blueprint.add_url_rule(path, view_func=webhook, methods=["POST"])
POLL_SECONDS = 5
MAX_POLLS = 12  # a minute
RETURN_SECONDS = 1
STRIPE_UNAVAILABLE = errors.ErrorPage(
    "The payment page cannot be reached right now",
    "You were not charged. Try again in a minute. The rest of the site works as usual.",
)
CHECKOUT_REFUSED = errors.ErrorPage(
    "The pass cannot be bought right now",
    "You were not charged. The problem is on our side, and we have been notified. The rest of the "
    "site works as usual.",
)
NOT_REFUNDABLE = errors.ErrorPage(
    "This payment cannot be refunded here",
    "The refund period is over, or a refund is already on its way. Write to us if something is wrong.",
)

DISPUTED = errors.ErrorPage(
    "Your bank is looking into this payment",
    "Until it decides, only your bank can refund the payment. If you did not mean to dispute it, tell your "
    "bank, then come back.",
)


def init_app(app: Flask) -> None:
    """Register the routes and hook handlers."""
    app.register_blueprint(blueprint)
    gift_routes.init_app(app)
    errors.register(app, NotRefundableError, 409, NOT_REFUNDABLE)
    errors.register(app, PaymentDisputedError, 409, DISPUTED)
    hook_handlers.register_hooks()


@blueprint.get("/pass/")
def offer_page() -> Response:
    """The offer: what the pass gives, what it costs, and the button."""
    return _offer_page(safe_path(request.args.get("next", "/")))


@blueprint.post("/pass/checkout")
def checkout() -> Response:
    """Place an order, and redirect to Checkout. A guest gets their first cookie here (decision 1)."""
    context = payment_context(services())
    return_to = safe_path(request.form.get("next", "/"))
    if not context.settings.sells:
        return make_response(_offer_page(return_to), 503)
    return _start_checkout(context, return_to)


@blueprint.post("/pass/gift/")
def buy_gift() -> Response:
    """Order a gift, and redirect to Checkout."""
    context = payment_context(services())
    return_to = safe_path(request.form.get("next", "/"))
    if not context.settings.sells:
        return gift_routes.form(return_to, status=503)
    try:
        gift = gift_routes.wishes_of_form()
    except InvalidWishesError as invalid:
        return gift_routes.form(return_to, invalid.errors, status=400)
    return _start_checkout(context, return_to, gift)


@blueprint.get("/pass/thanks")
def thanks() -> Response:
    """The page after Checkout. It records a payment before the webhook arrives (decision 4), and signs nobody in."""
    session = current_reader.reader_session()
    checkout_session_id = request.args.get("session", "")
    result = success_page.checkout_result(
        payment_context(services()), checkout_session_id, session.reader_id if session else None
    )
    if result.outcome is CheckoutOutcome.GIFT and result.gift_page:
        return see_other(f"{result.gift_page}?done=bought")
    back = f"{result.return_to}#page-thanks"
    if result.outcome is CheckoutOutcome.ACTIVE and result.is_propagated:
        return see_other(back)
    status = 200 if ID_PATTERN.fullmatch(checkout_session_id) else 404
    response = make_response(render_template("payments/thanks.html", result=result), status)
    response.headers["Referrer-Policy"] = "origin"  # the URL contains the Checkout Session's id
    if result.outcome is CheckoutOutcome.ACTIVE:
        response.headers["Refresh"] = f"{RETURN_SECONDS}; url={back}"
    elif result.outcome is CheckoutOutcome.PROCESSING:
        _poll_again(response, checkout_session_id)
    return response


@blueprint.post("/pass/refund")
def refund() -> Response:
    """The refund button: refunds the payment and ends the pass, whoever has it."""
    session = current_reader.required()
    refunds.refund_by_reader(payment_context(services()), request.form.get("order", ""), session.reader_id)
    return see_other("/account/")


def _start_checkout(context: PaymentContext, return_to: str, gift: GiftWishes | None = None) -> Response:
    session = current_reader.reader_session()
    visitor = start_checkout.Visitor(
        reader_id=session.reader_id if session else None,
        may_see_account=session is not None and may_see_account(session),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    try:
        started = start_checkout.start_checkout(context, visitor, return_to, gift)
    except AlreadyOwnedError:
        return make_response(_offer_page(return_to), 409)
    response = _to_checkout(context, started)
    if started.new_token:
        cookies.SESSION.set(response, started.new_token)
    return response


def _offer_page(return_to: str) -> Response:
    settings = services().settings
    session = current_reader.reader_session()
    page = render_template(
        "payments/offer.html",
        line=offer.offer_line(settings),
        price=offer.price_display(settings),
        to_pay=offer.price_and_tax(settings),
        tax=settings.pass_tax,
        ways_to_pay=offer.ways_to_pay(settings),
        takes_codes=settings.pass_promotion_codes,
        extras=settings.pass_extras,
        refund_days=settings.refund_days,
        sells=settings.sells,
        has_pass=session is not None and session.reader.ad_free,
        signed_in=session is not None,
        return_to=return_to,
    )
    return make_response(page)


def _to_checkout(context: PaymentContext, started: start_checkout.StartedCheckout) -> Response:
    if started.pending_session_id:
        return see_other(success_path(started.pending_session_id))
    try:
        if paid_session_id := close_superseded(context, started.order):
            return see_other(success_path(paid_session_id))
        return make_response(redirect(open_checkout_session(context, started.order, started.email), 303))
    except (StripeUnavailableError, StripeRefusedError, StripeResponseError) as failure:
        log.error("checkout not opened", order=started.order.reference, failure=str(failure))
        is_refused = isinstance(failure, StripeRefusedError)
        return errors.error_response(503, CHECKOUT_REFUSED if is_refused else STRIPE_UNAVAILABLE)


def _poll_again(response: Response, checkout_session_id: str) -> None:
    """Reload the page without JavaScript, for a minute."""
    asked = request.args.get("asked", 0, type=int)
    if asked < MAX_POLLS:
        again = url_for("payments.thanks", session=checkout_session_id, asked=asked + 1)
        response.headers["Refresh"] = f"{POLL_SECONDS}; url={again}"
