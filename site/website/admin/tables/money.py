"""Orders with what became of their money, and Stripe's events."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from payments.models import Claim, Order, Payment, StripeEvent
from payments.prices import price
from website.admin.operators.roles import Need
from website.admin.tables.table import AnyRow, Choice, Column, Filter, Table, choices, contains


def _orders(_session: Session, words: str) -> ColumnElement[bool]:
    at_stripe = select(Payment.order_id).where(
        or_(Payment.payment_intent == words, Payment.checkout_session_id == words)
    )
    return or_(
        contains(Order.reference, words),
        contains(Reader.email, words),
        contains(Claim.email, words),
        Order.checkout_session_id == words,
        Order.id.in_(at_stripe),
    )


def _price(row: AnyRow) -> str:
    return price(row.price_cents, row.currency)


ORDERS = Table(
    name="orders",
    title="Orders",
    description="What readers set out to buy, and whether they paid. Money moves at Stripe; the ledger follows.",
    need=Need.MONEY,
    key=Order.id,
    ties=(Payment.id,),
    personal=True,
    joined=lambda query: (
        query.select_from(Order)
        .join(Reader, Reader.id == Order.reader_id)
        .outerjoin(Claim, Claim.order_id == Order.id)
        .outerjoin(Payment, Payment.order_id == Order.id)
    ),
    columns=(
        Column("reference", "Order", Order.reference, link=lambda row: f"/admin/orders/{row.reference}"),
        Column("created_at", "Ordered", Order.created_at),
        Column("state", "State", Order.state),
        Column("price_cents", "Price", Order.price_cents, _price, number=True),
        Column("currency", "Currency", Order.currency),
        Column("paid_at", "Paid", Payment.paid_at),
        Column("outcome", "Outcome", Payment.outcome),
        Column("trouble", "Trouble", Payment.mismatch),
        Column("email", "Reader", Reader.email, link=lambda row: f"/admin/readers/{row.reader_id}"),
        Column("claim", "Address at Checkout", Claim.email),
        Column("return_to", "Sold on", Order.return_to),
        Column("reader_id", "Reader's number", Order.reader_id, number=True),
    ),
    sort="-created_at",
    search=_orders,
    search_hint="Reference, address, or an id of Stripe's (cs_…, pi_…)",
    filters=(
        Filter(
            "state",
            "State",
            choices(
                Order.state,
                {state: state.capitalize() for state in ("open", "pending", "paid", "failed", "expired")},
            ),
        ),
        Filter(
            "outcome",
            "Outcome",
            choices(
                Payment.outcome, {"granted": "Pass given", "second": "Paid twice", "held": "Held: look at it"}
            ),
        ),
    ),
    actions=(("/admin/find", "Find a buyer"),),
)


def _events(_session: Session, words: str) -> ColumnElement[bool]:
    return contains(StripeEvent.event_id, words) | contains(StripeEvent.type, words)


def _waits() -> ColumnElement[bool]:
    return StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None)


INBOX = Table(
    name="inbox",
    title="Inbox",
    description="What Stripe told us. A dead event waits for you: mend the cause, then let it be tried again.",
    need=Need.MONEY,
    key=StripeEvent.id,
    columns=(
        Column("event_id", "Event", StripeEvent.event_id, link=lambda row: f"/admin/inbox/{row.event_id}"),
        Column("type", "Type", StripeEvent.type),
        Column("created_at", "Happened", StripeEvent.created_at),
        Column("received_at", "Received", StripeEvent.received_at),
        Column("tries", "Tries", StripeEvent.tries, number=True),
        Column("handled_at", "Handled", StripeEvent.handled_at),
        Column("outcome", "Outcome", StripeEvent.outcome),
        Column("dead_at", "Given up", StripeEvent.dead_at),
        Column("last_error", "Last error", StripeEvent.last_error),
    ),
    sort="-created_at",
    search=_events,
    search_hint="An event's id (evt_…) or type",
    filters=(
        Filter(
            "state",
            "State",
            (
                Choice("dead", "Given up: waits for you", lambda: StripeEvent.dead_at.is_not(None)),
                Choice("waiting", "Waiting", _waits),
                Choice(
                    "late", "Due, not handled", lambda: _waits() & (StripeEvent.next_try_at < clock.now())
                ),
                Choice("done", "Done", lambda: StripeEvent.outcome == "done"),
                Choice("ignored", "Ignored: not ours", lambda: StripeEvent.outcome == "ignored"),
            ),
        ),
    ),
)
TABLES = (ORDERS, INBOX)
