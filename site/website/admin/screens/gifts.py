"""One gift and its revocation; a code that an operator gives away."""

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from carrel.services import services
from payments.gift_models import Gift
from payments.gifts import codes, comp
from payments.gifts.mails import redeem_url
from payments.ledger import gifts
from payments.ledger.entitlement import EntitlementReason
from payments.ledger.manual_grants import ReasonRequiredError
from payments.models import Order
from website.admin.flash import done
from website.admin.guard import current_operator, needs
from website.admin.operators.roles import Need

blueprint = Blueprint("gifts", __name__)
LONGEST_REASON = 500
REASON_NEEDED = {"reason": "Enter a reason. It is kept in the log."}
ENDED = {"": "This gift has already ended."}
CAN_BE_REVOKED = {EntitlementReason.GIFT, EntitlementReason.DISPUTED}


@blueprint.get("/gifts/new")
@needs(Need.MONEY)
def new() -> str:
    """The form for a code."""
    return render_template("screens/new_gift.html", errors={})


@blueprint.post("/gifts/new")
@needs(Need.MONEY, fresh=True)
def make() -> Response | tuple[str, int]:
    """Make a code, and show it."""
    try:
        with services().db.write() as session:
            gift = comp.make(session, services().signer, current_operator().email, _reason())
    except ReasonRequiredError:
        return render_template("screens/new_gift.html", errors=REASON_NEEDED), 422
    return done(f"/admin/gifts/{gift.id}", "Gift code created.")


@blueprint.get("/gifts/<int:gift_id>")
@needs(Need.MONEY, fresh=True)
def gift(gift_id: int) -> str:
    """One gift. Its code is shown if an operator made it: a bought one is its buyer's."""
    return _page(gift_id, {})


@blueprint.post("/gifts/<int:gift_id>/revoke")
@needs(Need.MONEY, fresh=True)
def revoke(gift_id: int) -> Response | tuple[str, int]:
    """End it. No money moves."""
    try:
        with services().db.write() as session:
            comp.revoke(session, _find(session, gift_id), current_operator().email, _reason())
    except ReasonRequiredError:
        return _page(gift_id, REASON_NEEDED), 422
    except comp.GiftEndedError:
        return _page(gift_id, ENDED), 409
    return done(f"/admin/gifts/{gift_id}", "Gift revoked. No money was returned.")


def _page(gift_id: int, errors: dict[str, str]) -> str:
    settings = services().settings
    with services().db.read() as session:
        gift = _find(session, gift_id)
        state = gifts.gift_state(session, gift)
        order = session.get(Order, gift.order_id) if gift.order_id else None
    is_shown = order is None and state.can_be_redeemed
    code = codes.reveal(services().signer, gift) if is_shown else None
    return render_template(
        "screens/gift.html",
        gift=gift,
        state=state,
        order=order,
        code=code,
        link=redeem_url(settings, code) if code else None,
        can_be_revoked=state.reason in CAN_BE_REVOKED,
        errors=errors,
    )


def _find(session: Session, gift_id: int) -> Gift:
    return session.get(Gift, gift_id) or abort(404)


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST_REASON]
