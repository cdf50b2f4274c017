"""Listing the account's balance transactions: a page at a time, so that a long history holds up nothing else.

The first pass reads everything, each later one the last thirty days again: what Stripe restates meanwhile is
overwritten, nothing is entered twice, and a pass that was killed goes on where it stood.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import insert_into
from carrel.mail import alarms
from carrel.services import Services
from payments.account_models import BalanceListing, BalanceTransaction
from payments.balance import payouts
from payments.payment_context import PaymentContext, payment_context
from payments.stripe.balance_schemas import StripeBalanceTransaction
from payments.stripe.client import StripeNotFoundError, StripeUnavailableError
from payments.stripe.schemas import StripeResponseError

log = structlog.get_logger()
EVERY: Final = timedelta(hours=1)
LOOK_EVERY_SECONDS: Final = 2.0
WINDOW: Final = timedelta(days=30)
ONLY_ROW: Final = 1
UNREADABLE: Final = "balance-unreadable"
CHANGING: Final = [
    column.key
    for column in BalanceTransaction.__table__.columns
    if column.key not in {"id", "stripe_id", "payout_id"}
]


def run_step(services: Services) -> bool:
    """Worker: read what is next. Never says that there is more: the first pass may be long, and others must not wait."""
    if not services.settings.sells:
        return False
    context = payment_context(services)
    try:
        read_next(context)
    except StripeUnavailableError as error:
        log.warning("balance transactions not read", why=str(error))
    except StripeResponseError as error:
        with context.db.write() as session:
            _unreadable(session, error)
    return False


def read_next(context: PaymentContext) -> bool:
    """Read a page, or after the last one what a payout pays out. Whether there may be more to read.

    Raises `StripeUnavailableError`, `StripeResponseError`.
    """
    return read_next_page(context) or payouts.read_next(context)


def read_next_page(context: PaymentContext) -> bool:
    """Read the page that is due. Whether there is another. Raises `StripeUnavailableError`, `StripeResponseError`."""
    with context.db.read() as session:
        listing = session.get(BalanceListing, ONLY_ROW)
    if listing is None or listing.began_at is None:
        if listing is not None and not _is_due(listing):
            return False
        listing = _begin(context)
    until = listing.complete_until
    since = min(until, clock.now()) - WINDOW if until else None  # our clock may have been set back
    try:
        transactions, has_more = context.stripe.balance_page(since, listing.cursor)
    except StripeNotFoundError:  # no such transaction: another account's, or test mode's
        _start_over(context, listing)
        return True
    with context.db.write() as session:
        store(session, transactions)
        _move_on(session, listing, transactions[-1].id if has_more else "")
    return has_more


def store(session: Session, transactions: Sequence[StripeBalanceTransaction]) -> None:
    """Enter these transactions, or overwrite what we have of them."""
    if not transactions:
        return
    insert = insert_into(session, BalanceTransaction).values([_columns(each) for each in transactions])
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[BalanceTransaction.stripe_id],
            set_={name: insert.excluded[name] for name in CHANGING},
        )
    )


def complete_until(session: Session) -> datetime | None:
    """Every transaction that was created before is listed; None while the first pass goes on."""
    listing = session.get(BalanceListing, ONLY_ROW)
    return listing.complete_until if listing else None


def _is_due(listing: BalanceListing) -> bool:
    now, until = clock.now(), listing.complete_until
    return until is None or not now - EVERY < until <= now + clock.TOLERANCE


def _begin(context: PaymentContext) -> BalanceListing:
    """Begin a pass; one that another worker has just begun goes on."""
    with context.db.write() as session:
        begun = {"began_at": clock.now(), "cursor": ""}
        insert = insert_into(session, BalanceListing).values(id=ONLY_ROW, **begun)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=[BalanceListing.id],
                set_=begun,
                where=BalanceListing.began_at.is_(None),
            )
        )
        return session.get_one(BalanceListing, ONLY_ROW)


def _move_on(session: Session, listing: BalanceListing, cursor: str) -> None:
    """Note what was read; another worker may have read the same page, and then noted it."""
    end = {} if cursor else {"complete_until": listing.began_at, "began_at": None}
    _move_on_from(session, listing, cursor=cursor, **end)


def _move_on_from(session: Session, listing: BalanceListing, **values: object) -> None:
    where_it_stood = (
        BalanceListing.began_at == listing.began_at,
        BalanceListing.cursor == listing.cursor,
    )
    session.execute(update(BalanceListing).where(*where_it_stood).values(**values))


def _start_over(context: PaymentContext, listing: BalanceListing) -> None:
    """Where the pass stood is unknown at Stripe, and would be for ever: it begins again with the newest."""
    log.warning("balance transactions read from the beginning", unknown=listing.cursor)
    with context.db.write() as session:
        _move_on_from(session, listing, cursor="")


def _columns(transaction: StripeBalanceTransaction) -> dict[str, object]:
    origin = transaction.origin
    rate = transaction.exchange_rate
    return {
        "stripe_id": transaction.id,
        "type": transaction.type,
        "category": transaction.reporting_category,
        "created_at": datetime.fromtimestamp(transaction.created, UTC),
        "available_on": datetime.fromtimestamp(transaction.available_on, UTC),
        "currency": transaction.currency,
        "amount_cents": transaction.amount,
        "fee_cents": transaction.fee,
        "fee_tax_cents": transaction.fee_tax,
        "net_cents": transaction.net,
        "exchange_rate": None if rate is None else str(rate),
        "customer_cents": transaction.customer_amount,
        "customer_currency": origin.currency if origin and origin.payment_intent else None,
        "source_id": transaction.source_id,
        "payment_intent": origin.payment_intent if origin else None,
        "payout_state": origin.reconciliation_status if origin else None,
    }


def _unreadable(session: Session, error: StripeResponseError) -> None:
    """Tell the operator once: the page is asked for again and again, and would be mailed about every hour."""
    if alarms.is_open(session, UNREADABLE):
        return
    alarms.raise_alarm(
        session,
        UNREADABLE,
        "A balance transaction cannot be read",
        f"{error}. The accounts at /admin/reports/accounts are not complete until this is fixed.",
    )
