"""Orders, gifts, Stripe events, and balance transactions, by an id, an address, or a code."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from payments.account_models import BalanceTransaction
from payments.gift_models import Gift
from payments.gifts import codes
from payments.models import Claim, Dispute, Order, Payment, Refund, StripeEvent
from payments.prices import price
from website.admin.operators.roles import Need
from website.admin.search.find import MOST_HITS, NEWEST, Hit, Source, Wanted


def _orders(session: Session, asked: Wanted) -> Sequence[Hit]:
    """Each way has an index of its own; one condition over all of them would read the whole table."""
    orders: dict[int, Order] = {}
    for query in _order_queries(asked):
        for order in session.scalars(query.order_by(Order.id.desc()).limit(MOST_HITS)):
            orders.setdefault(order.id, order)
    return [
        Hit(
            order.reference,
            f"/admin/orders/{order.reference}",
            f"{order.state}, {price(order.price_cents, order.currency)}",
        )
        for order in list(orders.values())[:MOST_HITS]
    ]


def _order_queries(asked: Wanted) -> list[Select[Order]]:
    if asked.key:
        return [
            select(Order).join(Reader, Reader.id == Order.reader_id).where(Reader.email_key == asked.key),
            select(Order).join(Claim, Claim.order_id == Order.id).where(Claim.email_key == asked.key),
        ]
    paid = select(Order).join(Payment, Payment.order_id == Order.id)
    by_payment = [Payment.payment_intent, Payment.checkout_session_id]
    return [
        select(Order).where(or_(Order.reference == asked.words, Order.checkout_session_id == asked.words)),
        paid.where(or_(*(column == asked.words for column in by_payment))),
        paid.join(Refund, Refund.payment_id == Payment.id).where(Refund.stripe_id == asked.words),
        paid.join(Dispute, Dispute.payment_id == Payment.id).where(Dispute.stripe_id == asked.words),
    ]


def _gifts(session: Session, asked: Wanted) -> Sequence[Hit]:
    """By a whole code, by the last letters of one, or by the address that it was mailed to."""
    if asked.key:
        to = select(Gift).where(Gift.recipient_key == asked.key).order_by(Gift.id.desc())
        gifts = [*session.scalars(to.limit(MOST_HITS))]
    else:
        gifts = codes.ending_with(session, asked.services.signer, asked.words, newest=NEWEST)
        gifts += _by_code(session, asked.words)
    return [
        Hit(f"Gift {gift.id}", f"/admin/gifts/{gift.id}", f"from {gift.actor}" if gift.actor else "bought")
        for gift in gifts[:MOST_HITS]
    ]


def _by_code(session: Session, typed: str) -> list[Gift]:
    try:
        gift = codes.find(session, typed)
    except codes.MalformedCodeError:
        return []
    return [gift] if gift else []


def _events(session: Session, asked: Wanted) -> Sequence[Hit]:
    known = select(StripeEvent).where(StripeEvent.source == "stripe", StripeEvent.event_id == asked.words)
    return [
        Hit(event.event_id, f"/admin/inbox/{event.event_id}", event.type)
        for event in session.scalars(known.limit(MOST_HITS))
    ]


def _balance(session: Session, asked: Wanted) -> Sequence[Hit]:
    ids = (BalanceTransaction.stripe_id, BalanceTransaction.payment_intent, BalanceTransaction.payout_id)
    matching = select(BalanceTransaction).where(or_(*(column == asked.words for column in ids)))
    return [
        Hit(
            row.stripe_id,
            f"/admin/balance/?q={row.stripe_id}",
            f"{row.category}, {price(row.net_cents, row.currency)}",
        )
        for row in session.scalars(matching.order_by(BalanceTransaction.id.desc()).limit(MOST_HITS))
    ]


SOURCES = (
    Source("Orders", Need.MONEY, _orders),
    Source("Gifts", Need.MONEY, _gifts),
    Source("Stripe events", Need.MONEY, _events),
    Source("Balance transactions", Need.ACCOUNTS, _balance),
)
