"""Orders with what became of their money, Stripe's events, and the movements of the account."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from payments.account_models import BalanceTransaction
from payments.balance.months import GROUPS
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


OUTCOMES = {"granted": "Pass granted", "second": "Paid twice", "held": "On hold: needs review"}


def _outcome(row: AnyRow) -> str:
    return OUTCOMES[row.outcome] if row.outcome else "–"


def _buyer(row: AnyRow) -> str:
    """The address, proven or typed at Checkout: nobody knows buyers by their number."""
    return row.email or (f"{row.claim} (at Checkout)" if row.claim else f"reader {row.reader_id}")


ORDERS = Table(
    name="orders",
    title="Orders",
    description="Every checkout that a reader started, and whether they paid.",
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
        Column("currency", "Currency", Order.currency, rest=True),
        Column("paid_at", "Paid", Payment.paid_at, rest=True),
        Column("outcome", "Outcome", Payment.outcome, _outcome),
        Column("trouble", "Problem", Payment.mismatch, rest=True),
        Column("email", "Reader", Reader.email, _buyer, link=lambda row: f"/admin/readers/{row.reader_id}"),
        Column("claim", "Address at Checkout", Claim.email, rest=True),
        Column("return_to", "Sold on", Order.return_to, rest=True),
        Column("reader_id", "Reader's number", Order.reader_id, number=True, rest=True),
    ),
    sort="-created_at",
    search=_orders,
    search_hint="Order reference, email address, or Stripe ID (cs_…, pi_…)",
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
            choices(Payment.outcome, OUTCOMES),
        ),
    ),
)


def _events(_session: Session, words: str) -> ColumnElement[bool]:
    return contains(StripeEvent.event_id, words) | contains(StripeEvent.type, words)


def _waits() -> ColumnElement[bool]:
    return StripeEvent.handled_at.is_(None) & StripeEvent.dead_at.is_(None)


def _handling(row: AnyRow) -> str:
    if row.dead_at:
        return "Failed: needs action"
    return row.outcome.capitalize() if row.outcome else "Waiting"


INBOX = Table(
    name="inbox",
    title="Stripe events",
    description="Webhook events from Stripe. If one has failed, fix the cause, then retry it.",
    need=Need.MONEY,
    key=StripeEvent.id,
    columns=(
        Column("event_id", "Event", StripeEvent.event_id, link=lambda row: f"/admin/inbox/{row.event_id}"),
        Column("type", "Type", StripeEvent.type),
        Column("created_at", "Happened", StripeEvent.created_at),
        Column("received_at", "Received", StripeEvent.received_at, rest=True),
        Column("tries", "Tries", StripeEvent.tries, number=True),
        Column("handled_at", "Handled", StripeEvent.handled_at, rest=True),
        Column("outcome", "Outcome", StripeEvent.outcome, _handling),
        Column("dead_at", "Failed", StripeEvent.dead_at, rest=True),
        Column("last_error", "Last error", StripeEvent.last_error, rest=True),
    ),
    sort="-created_at",
    search=_events,
    search_hint="Event ID (evt_…) or type",
    filters=(
        Filter(
            "state",
            "State",
            (
                Choice("dead", "Failed: needs action", lambda: StripeEvent.dead_at.is_not(None)),
                Choice("waiting", "Waiting", _waits),
                Choice("late", "Overdue", lambda: _waits() & (StripeEvent.next_try_at < clock.now())),
                Choice("done", "Done", lambda: StripeEvent.outcome == "done"),
                Choice("ignored", "Ignored: not ours", lambda: StripeEvent.outcome == "ignored"),
            ),
        ),
    ),
)


def _at_stripe(_session: Session, words: str) -> ColumnElement[bool]:
    ids = (
        BalanceTransaction.stripe_id,
        BalanceTransaction.source_id,
        BalanceTransaction.payment_intent,
        BalanceTransaction.payout_id,
        Order.reference,
    )
    return or_(*(column == words for column in ids))


def _settled(name: str) -> Callable[[AnyRow], str]:
    return lambda row: price(getattr(row, name), row.currency)


def _paid_by_buyer(row: AnyRow) -> str:
    return "–" if row.customer_cents is None else price(row.customer_cents, row.customer_currency)


BALANCE = Table(
    name="balance",
    title="Balance",
    description="Every balance transaction of your Stripe account, refreshed hourly.",
    need=Need.ACCOUNTS,
    key=BalanceTransaction.id,
    joined=lambda query: (
        query.select_from(BalanceTransaction)
        .outerjoin(Payment, Payment.payment_intent == BalanceTransaction.payment_intent)
        .outerjoin(Order, Order.id == Payment.order_id)
    ),
    columns=(
        Column("created_at", "When", BalanceTransaction.created_at),
        Column("category", "Category", BalanceTransaction.category),
        Column(
            "amount_cents", "Gross", BalanceTransaction.amount_cents, _settled("amount_cents"), number=True
        ),
        Column("fee_cents", "Fee", BalanceTransaction.fee_cents, _settled("fee_cents"), number=True),
        Column("net_cents", "Net", BalanceTransaction.net_cents, _settled("net_cents"), number=True),
        Column("currency", "Currency", BalanceTransaction.currency, rest=True),
        Column(
            "customer_cents",
            "To the buyer",
            BalanceTransaction.customer_cents,
            _paid_by_buyer,
            number=True,
            rest=True,
        ),
        Column("customer_currency", "Buyer’s currency", BalanceTransaction.customer_currency, rest=True),
        Column("reference", "Order", Order.reference, link=lambda row: f"/admin/orders/{row.reference}"),
        Column("available_on", "Available", BalanceTransaction.available_on, rest=True),
        Column("source_id", "Source", BalanceTransaction.source_id, rest=True),
        Column("payout_id", "Payout", BalanceTransaction.payout_id, rest=True),
        Column("stripe_id", "Id", BalanceTransaction.stripe_id, rest=True),
    ),
    sort="-created_at",
    search=_at_stripe,
    search_hint="Stripe ID (txn_…, ch_…, re_…, du_…, po_…, pi_…) or order reference",
    filters=(
        Filter(
            "category",
            "Category",
            choices(
                BalanceTransaction.category,
                {category: category.replace("_", " ").capitalize() for category in GROUPS},
            ),
        ),
        Filter(
            "whose",
            "Whose",
            (
                Choice("ours", "This site’s sales", lambda: Payment.id.is_not(None)),
                Choice("others", "Everything else", lambda: Payment.id.is_(None)),
            ),
        ),
    ),
    actions=(("/admin/reports/accounts", "Monthly totals"),),
)
TABLES = (ORDERS, INBOX, BALANCE)
