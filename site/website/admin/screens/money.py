"""One order and its refund; one Stripe event and its retry."""

import json

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import select

from carrel.services import services
from payments import refunds
from payments.ledger import manual_grants
from payments.models import StripeEvent
from payments.payment_context import payment_context
from payments.prices import price
from payments.queries import order_detail
from payments.webhooks import inbox
from website.admin.flash import done
from website.admin.guard import admin_path, current_operator, needs
from website.admin.operators.roles import Need

blueprint = Blueprint("money", __name__)
LONGEST_REASON = 500
NOTHING_LEFT = {"": "Nothing is left to refund."}
REASON_NEEDED = {"reason": "Enter a reason. It is kept in the log."}


@blueprint.get("/orders/<reference>")
@needs(Need.MONEY)
def order(reference: str) -> str:
    """One order and all that became of it."""
    return _order(reference, {})


@blueprint.post("/orders/<reference>/refund")
@needs(Need.MONEY, fresh=True)
def refund(reference: str) -> Response | tuple[str, int]:
    """Refund all that is left of it, from its own page or its reader's. When Stripe does not answer, the worker retries."""
    order_id = _find(reference).order.id
    try:
        refunds.refund(
            payment_context(services()),
            order_id,
            current_operator().email,
            request.form.get("reason", "")[:LONGEST_REASON],
        )
    except manual_grants.ReasonRequiredError:
        return _order(reference, REASON_NEEDED), 422
    except refunds.NotRefundableError:
        return _order(reference, NOTHING_LEFT), 409
    sentence, kind = _outcome(_find(reference))
    return done(admin_path(request.form.get("back") or f"/admin/orders/{reference}"), sentence, kind)


@blueprint.get("/inbox/<event_id>")
@needs(Need.MONEY)
def event(event_id: str) -> str:
    """One event."""
    with services().db.read() as session:
        event = session.scalars(select(StripeEvent).where(StripeEvent.event_id == event_id)).one_or_none()
    if event is None:
        abort(404)
    body = json.dumps(event.body, indent=2, ensure_ascii=False)
    return render_template("screens/event.html", event=event, body=body)


@blueprint.post("/inbox/<event_id>/retry")
@needs(Need.MONEY, fresh=True)
def retry(event_id: str) -> Response:
    """Retry a dead event."""
    with services().db.write() as session:
        inbox.retry(session, event_id, current_operator().email)
    return done(f"/admin/inbox/{event_id}", "The event is queued again.")


def _find(reference: str) -> order_detail.OrderDetail:
    with services().db.read() as session:
        try:
            return order_detail.order_detail(session, reference)
        except order_detail.OrderNotFoundError:
            abort(404)


def _order(reference: str, errors: dict[str, str]) -> str:
    detail = _find(reference)
    can_refund = services().settings.sells and detail.can_be_refunded
    return render_template(
        "screens/order.html", detail=detail, price=price, can_refund=can_refund, errors=errors
    )


def _outcome(detail: order_detail.OrderDetail) -> tuple[str, str]:
    """What became of a refund, by the ledger: the sentence and its kind."""
    if detail.is_being_refunded:
        return "Stripe did not answer. The refund is retried until it does.", "info"
    if detail.unrefunded_cents or not detail.refunds:
        return "Stripe rejected the refund. The order says why.", "bad"
    back = price(sum(payment.amount_cents for payment in detail.payments), detail.order.currency)
    ended = "The gift has ended." if detail.gift else "The pass has ended on all of the buyer’s devices."
    return f"Refunded {back}. {ended}", "good"
