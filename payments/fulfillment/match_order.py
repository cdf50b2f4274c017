"""Which order a Checkout Session belongs to: by our own metadata, never by the buyer's email (PAY-09)."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from payments.fulfillment.payment_checks import MismatchReason
from payments.models import Order
from payments.payment_context import site_id
from payments.stripe.metadata import ORDER_KEY, SITE_KEY
from payments.stripe.schemas import CheckoutSession

REFERENCE = re.compile(r"[A-Za-z0-9_-]{22}")  # as `orders` creates them


class NotOurSessionError(Exception):
    """The session was created by somebody else on the same Stripe account."""


class UnknownOrderError(Exception):
    """A paid session has our site's id, but its order is not in the database. Carries the session's id."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        super().__init__(session_id)


@dataclass(frozen=True)
class MatchedOrder:
    """The order of a session, and what is wrong with the session's references to it."""

    order: Order
    mismatch: MismatchReason | None


def match_order(session: Session, checkout_session: CheckoutSession) -> MatchedOrder:
    """The order of a session. Raises `NotOurSessionError`, `UnknownOrderError`."""
    site = checkout_session.our_metadata.get(SITE_KEY)
    if site not in {None, site_id(session)}:
        raise NotOurSessionError(checkout_session.id)
    references = _references(checkout_session)
    referenced = list(
        session.scalars(select(Order).where(Order.reference.in_(references)).order_by(Order.id))
    )
    opened_for = session.scalars(
        select(Order).where(Order.checkout_session_id == checkout_session.id)
    ).one_or_none()
    order = opened_for or next(iter(referenced), None)
    if order is None:
        raise (
            UnknownOrderError(checkout_session.id)
            if site and checkout_session.is_paid
            else NotOurSessionError(checkout_session.id)
        )
    return MatchedOrder(order, _reference_mismatch(order, references, checkout_session))


def _references(checkout_session: CheckoutSession) -> set[str]:
    payment_metadata = checkout_session.payment_intent.metadata if checkout_session.payment_intent else {}
    references = {
        checkout_session.client_reference_id,
        (checkout_session.metadata or {}).get(ORDER_KEY),
        payment_metadata.get(ORDER_KEY),
    }
    return {reference for reference in references if reference and REFERENCE.fullmatch(reference)}


def _reference_mismatch(
    order: Order, references: set[str], checkout_session: CheckoutSession
) -> MismatchReason | None:
    if not references:
        return MismatchReason.NO_REFERENCE
    if references != {order.reference}:
        return MismatchReason.CONFLICTING_REFERENCES
    return (
        MismatchReason.OTHER_SESSION if order.checkout_session_id not in {None, checkout_session.id} else None
    )
