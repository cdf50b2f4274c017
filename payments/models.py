"""Orders, and the ledger of what became of the money.

An order is what a reader set out to buy; it is written before Stripe is asked. Payments, refunds,
disputes and grants are append-only: a later look at Stripe adds a row, none is ever changed (the
migrations put triggers on the tables). Money is integer cents of the order's currency: Stripe's minor
units, so cents of a currency without decimals are its whole units.
"""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from carrel.db import Base, UtcDateTime

STRIPE_ID = String(255)  # https://docs.stripe.com/upgrades: ids have up to 255 characters
A_CURRENCY = "currency = lower(currency) AND length(currency) = 3"


class Order(Base):
    """What a reader set out to buy. Price and currency are fixed when it is written.

    `reference` travels to Stripe and back; `version` counts what was learnt about it, so that a look at
    Stripe that was overtaken by a later one is noticed.
    """

    __tablename__ = "pass_order"
    __table_args__ = (
        CheckConstraint("price_cents > 0", name="price"),
        CheckConstraint(A_CURRENCY, name="currency"),
        CheckConstraint("state IN ('open', 'pending', 'paid', 'failed', 'expired')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), index=True)
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    title: Mapped[str] = mapped_column(String(200))  # as the buyer read it at Checkout
    return_to: Mapped[str] = mapped_column(String(500))  # a path of ours
    state: Mapped[str] = mapped_column(String(8), default="open", index=True)
    version: Mapped[int] = mapped_column(default=0)
    checkout_session_id: Mapped[str | None] = mapped_column(STRIPE_ID, unique=True)
    price_id: Mapped[str | None] = mapped_column(STRIPE_ID)
    receipt_url: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Claim(Base):
    """The address that Stripe collected from a buyer without an account: who proves it gets the pass.

    The one place where payments keep an address; the row goes when the order finds its owner.
    """

    __tablename__ = "claim"

    order_id: Mapped[int] = mapped_column(ForeignKey("pass_order.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)


class Payment(Base):
    """Money that arrived for an order, and what we made of it then.

    `outcome`: granted; second (its payer had the pass already and is refunded); held (`trouble` says why
    a person must look: no pass was given).
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0 AND subtotal_cents >= 0", name="amounts"),
        CheckConstraint(A_CURRENCY, name="currency"),
        CheckConstraint("outcome IN ('granted', 'second', 'held')", name="outcome"),
        CheckConstraint("(outcome = 'held') = (trouble <> '')", name="trouble"),
        CheckConstraint("amount_cents = 0 OR payment_intent IS NOT NULL", name="intent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("pass_order.id"), index=True)
    checkout_session_id: Mapped[str] = mapped_column(STRIPE_ID, unique=True)
    payment_intent: Mapped[str | None] = mapped_column(STRIPE_ID, unique=True)
    amount_cents: Mapped[int]  # what the buyer paid, tax and discounts included
    subtotal_cents: Mapped[int]  # what was agreed, before tax and discounts
    currency: Mapped[str] = mapped_column(String(3))
    outcome: Mapped[str] = mapped_column(String(8))
    trouble: Mapped[str] = mapped_column(String(40), default="")
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship()


class Refund(Base):
    """One state of one refund, as Stripe showed it. The row with the highest `seq` is the present one."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("stripe_id", "seq"),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("seq >= 1", name="seq"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stripe_id: Mapped[str] = mapped_column(STRIPE_ID)
    seq: Mapped[int]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    amount_cents: Mapped[int]
    status: Mapped[str] = mapped_column(String(40))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Dispute(Base):
    """One state of one dispute, as Stripe showed it. The row with the highest `seq` is the present one."""

    __tablename__ = "dispute"
    __table_args__ = (
        UniqueConstraint("stripe_id", "seq"),
        CheckConstraint("amount_cents >= 0", name="amount"),
        CheckConstraint("seq >= 1", name="seq"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stripe_id: Mapped[str] = mapped_column(STRIPE_ID)
    seq: Mapped[int]
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    amount_cents: Mapped[int]
    status: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Grant(Base):
    """A pass given, for a payment or by an operator's hand; or an earlier grant taken back by hand."""

    __tablename__ = "pass_grant"
    __table_args__ = (
        CheckConstraint("kind IN ('purchase', 'gift', 'withdrawal')", name="kind"),
        CheckConstraint("(kind = 'purchase') = (payment_id IS NOT NULL)", name="purchase"),
        CheckConstraint("(kind = 'purchase') = (checkout_session_id IS NOT NULL)", name="session"),
        CheckConstraint("(kind = 'gift') = (reader_id IS NOT NULL)", name="gift"),
        CheckConstraint("(kind = 'withdrawal') = (withdraws_id IS NOT NULL)", name="withdrawal"),
        CheckConstraint("kind = 'purchase' OR (actor <> '' AND reason <> '')", name="answered_for"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), unique=True)
    checkout_session_id: Mapped[str | None] = mapped_column(STRIPE_ID, unique=True)
    payment_intent: Mapped[str | None] = mapped_column(STRIPE_ID, unique=True)
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("reader.id"), index=True)
    withdraws_id: Mapped[int | None] = mapped_column(ForeignKey("pass_grant.id"), unique=True)
    actor: Mapped[str] = mapped_column(String(254), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefundRequest(Base):
    """A refund that was asked for, until Stripe has it. The idempotency key comes from the row."""

    __tablename__ = "refund_request"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'done', 'refused')", name="state"),
        CheckConstraint("amount_cents > 0", name="amount"),
        Index(
            "uq_refund_request_one_at_a_time",
            "payment_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    amount_cents: Mapped[int]
    actor: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(8), default="asked", index=True)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)

    payment: Mapped[Payment] = relationship()


class StripeEvent(Base):
    """The inbox: an event that Stripe sent and signed, kept until its effect is in the ledger.

    `body` holds what is needed to find the payment, and nothing about the person who paid.
    """

    __tablename__ = "stripe_event"
    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        CheckConstraint("outcome IN ('', 'done', 'ignored')", name="outcome"),
        CheckConstraint("(handled_at IS NULL) = (outcome = '')", name="handled"),
        Index("ix_stripe_event_waiting", "handled_at", "dead_at", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(20), default="stripe")
    event_id: Mapped[str] = mapped_column(STRIPE_ID)
    type: Mapped[str] = mapped_column(String(100))
    body: Mapped[dict[str, object]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: we fetched it ourselves
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody is at work on it
    last_error: Mapped[str] = mapped_column(String(200), default="")
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(8), default="")
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reconciliation(Base):
    """One comparison of Stripe with the ledger: how far back it looked, and what it found."""

    __tablename__ = "reconciliation"

    id: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int]
    found: Mapped[int]
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
