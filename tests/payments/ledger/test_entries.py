"""Constraints of the ledger's tables, whoever writes to them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from carrel.accounts import readers
from carrel.db import Base, Database
from payments.models import Dispute, Grant, Order, Payment, Refund

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def order(session: Session, **changes: Any) -> Any:
    values = {
        "reference": f"ref-{datetime.now(UTC).timestamp()}",
        "reader_id": readers.create_anonymous(session).id,
        "price_cents": 499,
        "currency": "usd",
        "title": "Carrel: membership",
        "return_to": "/",
        "created_at": NOW,
        "expires_at": NOW,
    }
    return add(session, Order(**(values | changes)))


def payment(session: Session, of: Any, number: int = 1, **changes: Any) -> Any:
    values = {
        "order_id": of.id,
        "checkout_session_id": f"cs_{number}",
        "payment_intent": f"pi_{number}",
        "amount_cents": 499,
        "subtotal_cents": 499,
        "currency": "usd",
        "outcome": "granted",
        "mismatch": "",
        "paid_at": NOW,
        "recorded_at": NOW,
    }
    return add(session, Payment(**(values | changes)))


def refund(session: Session, of: Any, cents: int, name: str = "re_1", **changes: Any) -> Any:
    values = {"stripe_id": name, "seq": 1, "payment_id": of.id, "amount_cents": cents, "status": "succeeded"}
    return add(session, Refund(**(values | {"recorded_at": NOW} | changes)))


def grant(session: Session, **values: Any) -> Any:
    return add(session, Grant(**({"recorded_at": NOW} | values)))


def add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def bought(session: Session) -> tuple[Any, Any]:
    paid = payment(session, order(session))
    given = grant(
        session, kind="purchase", payment_id=paid.id, checkout_session_id="cs_1", payment_intent="pi_1"
    )
    return paid, given


def test_pay_06_a_session_is_paid_once(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        placed = order(session)
        payment(session, placed, 1)
        payment(session, placed, 2, checkout_session_id="cs_1")


def test_pay_06_a_payment_intent_pays_once(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        placed = order(session)
        payment(session, placed, 1)
        payment(session, placed, 2, payment_intent="pi_1")


@pytest.mark.parametrize("same", ["payment_id", "checkout_session_id", "payment_intent"])
def test_pay_06_one_grant_for_each_payment_session_and_intent(db: Database, same: str) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        _, first = bought(session)
        other = payment(session, order(session), 2)
        values = {"payment_id": other.id, "checkout_session_id": "cs_2", "payment_intent": "pi_2"}
        grant(session, kind="purchase", **(values | {same: getattr(first, same)}))


@pytest.mark.parametrize("table", [Payment, Refund, Dispute, Grant])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_pay_24_the_ledger_is_append_only(db: Database, table: type[Base], act: str) -> None:
    with db.write() as session:
        paid, _ = bought(session)
        refund(session, paid, 100)
        values = {"stripe_id": "du_1", "seq": 1, "payment_id": paid.id, "amount_cents": 499, "status": "lost"}
        add(session, Dispute(**values, reason="general", recorded_at=NOW))
    change = delete(table) if act == "delete" else update(table).values(recorded_at=NOW.replace(year=2027))
    with pytest.raises(IntegrityError, match="append-only"), db.write() as session:
        session.execute(change)


def test_a_gift_moves_with_its_reader_and_changes_in_nothing_else(db: Database) -> None:
    with db.write() as session:
        one, two = readers.create_anonymous(session), readers.create_anonymous(session)
        grant(session, kind="gift", reader_id=one.id, actor="operator", reason="a prize")
        session.execute(update(Grant).values(reader_id=two.id))
    with pytest.raises(IntegrityError, match="append-only"), db.write() as session:
        session.execute(update(Grant).values(reader_id=one.id, reason="another"))


@pytest.mark.parametrize(
    "change", [{"price_cents": 1}, {"currency": "eur"}, {"reference": "other"}, {"title": "x"}]
)
def test_pay_28_what_was_ordered_is_fixed(db: Database, change: dict[str, object]) -> None:
    with db.write() as session:
        order(session)
    with pytest.raises(IntegrityError, match="an order is fixed"), db.write() as session:
        session.execute(update(Order).values(**change))


def test_pay_21_refunds_never_exceed_the_payment(db: Database) -> None:
    with db.write() as session:
        paid, _ = bought(session)
        refund(session, paid, 300)
        refund(session, paid, 199, "re_2")
    with pytest.raises(IntegrityError, match="exceed"), db.write() as session:
        refund(session, paid, 1, "re_3")


def test_pay_21_a_refund_that_failed_makes_room_for_another(db: Database) -> None:
    with db.write() as session:
        paid, _ = bought(session)
        refund(session, paid, 499)
        refund(session, paid, 499, seq=2, status="failed")
        refund(session, paid, 499, "re_2")


def test_pay_21_the_next_state_of_a_refund_is_not_counted_twice(db: Database) -> None:
    with db.write() as session:
        paid, _ = bought(session)
        refund(session, paid, 499, status="pending")
        refund(session, paid, 499, seq=2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"price_cents": 0},
        {"price_cents": -499},
        {"currency": "USD"},
        {"currency": "us"},
        {"state": "lost"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(db: Database, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        order(session, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_cents": -1},
        {"outcome": "held"},
        {"mismatch": "amount"},
        {"outcome": "perhaps"},
        {"payment_intent": None},
        {"order_id": 999},
    ],
)
def test_a_payment_that_makes_no_sense_is_refused(db: Database, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        payment(session, order(session), **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gift"},
        {"kind": "purchase"},
        {"kind": "withdrawal", "actor": "op", "reason": "why"},
        {"kind": "gift", "reader_id": 1, "actor": "op"},
        {"kind": "gift", "reader_id": 1, "reason": "why"},
        {"kind": "other", "reader_id": 1, "actor": "op", "reason": "why"},
    ],
)
def test_pay_29_a_grant_nobody_answers_for_is_refused(db: Database, wrong: dict[str, Any]) -> None:
    with db.write() as session:
        readers.create_anonymous(session)
    with pytest.raises(IntegrityError), db.write() as session:
        grant(session, **wrong)


def test_the_triggers_are_there(db: Database) -> None:
    catalog = "sqlite_master WHERE type = 'trigger'" if db.is_sqlite else "pg_trigger WHERE NOT tgisinternal"
    name = "name" if db.is_sqlite else "tgname"
    with db.read() as session:
        triggers = set(session.scalars(text(f"SELECT {name} FROM {catalog}")))  # noqa: S608 - constants
    kept = {
        f"{table}_is_{suffix}"
        for table in ("payment", "refund", "dispute", "pass_grant")
        for suffix in ("kept", "fixed")
    }
    assert kept | {"order_is_fixed", "refund_in_bounds"} <= triggers
