"""Whose a Checkout Session is: found by our own marks on it, never by the buyer's address (PAY-09)."""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from payments.fulfillment.payment_checks import MismatchReason
from payments.models import Order
from payments.payment_context import site_id
from payments.stripe.metadata import ORDER_KEY, SITE_KEY
from payments.stripe.schemas import SessionFact

REFERENCE = re.compile(r"[A-Za-z0-9_-]{22}")  # as `orders` makes them


class NotOurSessionError(Exception):
    """The session was opened by something else on the same Stripe account."""


class UnknownOrderError(Exception):
    """A paid session has our site's mark, but no order of ours. Carries the session's id."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        super().__init__(session_id)


@dataclass(frozen=True)
class Identified:
    """The order that a session belongs to, and what is wrong with the marks."""

    order: Order
    trouble: MismatchReason | None


def identify(session: Session, fact: SessionFact) -> Identified:
    """The order of a session. Raises `NotOurSessionError`, `UnknownOrderError`."""
    site = fact.names.get(SITE_KEY)
    if site not in {None, site_id(session)}:
        raise NotOurSessionError(fact.id)
    names = _names(fact)
    named = list(session.scalars(select(Order).where(Order.reference.in_(names)).order_by(Order.id)))
    remembered = session.scalars(select(Order).where(Order.checkout_session_id == fact.id)).one_or_none()
    order = remembered or next(iter(named), None)
    if order is None:
        raise UnknownOrderError(fact.id) if site and fact.is_paid else NotOurSessionError(fact.id)
    return Identified(order, _wrong_marks(order, names, fact))


def _names(fact: SessionFact) -> set[str]:
    of_payment = fact.payment_intent.metadata if fact.payment_intent else {}
    names = {fact.client_reference_id, (fact.metadata or {}).get(ORDER_KEY), of_payment.get(ORDER_KEY)}
    return {name for name in names if name and REFERENCE.fullmatch(name)}


def _wrong_marks(order: Order, names: set[str], fact: SessionFact) -> MismatchReason | None:
    if not names:
        return MismatchReason.NOT_NAMED
    if names != {order.reference}:
        return MismatchReason.CONTRADICTION
    return MismatchReason.OTHER_SESSION if order.checkout_session_id not in {None, fact.id} else None
