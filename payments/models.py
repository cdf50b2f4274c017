"""Orders, the ledger, and the webhook inbox.

An order is stored before Stripe is asked. Payments, refunds, disputes, and grants are append-only: a change
at Stripe adds a row, and none is ever changed (the migrations put triggers on the tables). Amounts are
Stripe's integer minor units of the order's currency: `cents` of a currency without decimals are whole units.
"""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from carrel.db import Base, UtcDateTime

STRIPE_ID = String(255)  # https://docs.stripe.com/upgrades: ids have up to 255 characters
IS_CURRENCY = "currency = lower(currency) AND length(currency) = 3"


class Order(Base):
    """What a reader ordered, at the price of that moment.

    `reference` identifies it at Stripe. `version` counts its changes, so that data retrieved from Stripe before
    the latest change is not applied. `parameters_hash` is that of the Checkout Session's parameters, which belong
    to the order's idempotency key. `awaits_buyer`: it is pending because the buyer has a voucher that they have
    not paid.
    """

    __tablename__ = "pass_order"
    __table_args__ = (
        CheckConstraint("price_cents > 0", name="price"),
        CheckConstraint(IS_CURRENCY, name="currency"),
        CheckConstraint("state IN ('open', 'pending', 'paid', 'failed', 'expired')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), index=True)
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    title: Mapped[str] = mapped_column(String(200))  # as shown at Checkout
    return_to: Mapped[str] = mapped_column(String(500))  # a path of this site
    state: Mapped[str] = mapped_column(String(8), default="open", index=True)
    version: Mapped[int] = mapped_column(default=0)
    checkout_session_id: Mapped[str | None] = mapped_column(STRIPE_ID, unique=True)
    price_id: Mapped[str | None] = mapped_column(STRIPE_ID)
    parameters_hash: Mapped[str | None] = mapped_column(String(64))
    awaits_buyer: Mapped[bool] = mapped_column(default=False, server_default=false())
    receipt_url: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Claim(Base):
    """The email address that Checkout collected from a buyer without an account: who proves it gets the pass.

    The only place where payments store an email address. Deleted when the order's reader has an account.
    """

    __tablename__ = "claim"

    order_id: Mapped[int] = mapped_column(ForeignKey("pass_order.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)


class Payment(Base):
    """A payment of an order.

    `outcome`: granted; second (the reader had the pass already, and is refunded); held (no pass was granted, for
    the reason in `mismatch`, and the operator must decide).
    """

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0 AND subtotal_cents >= 0", name="amounts"),
        CheckConstraint(IS_CURRENCY, name="currency"),
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
    tax_cents: Mapped[int | None]  # None: recorded before this was
    discount_cents: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    outcome: Mapped[str] = mapped_column(String(8))
    mismatch: Mapped[str] = mapped_column("trouble", String(40), default="")
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    order: Mapped[Order] = relationship()


class Refund(Base):
    """One state of a refund at Stripe. The row with the highest `seq` is the present one."""

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
    """One state of a dispute at Stripe. The row with the highest `seq` is the present one."""

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
    """A pass granted by a payment (purchase) or an operator (gift), or an earlier grant revoked (withdrawal)."""

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
    revokes_id: Mapped[int | None] = mapped_column("withdraws_id", ForeignKey("pass_grant.id"), unique=True)
    actor: Mapped[str] = mapped_column(String(254), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefundRequest(Base):
    """A requested refund. Its idempotency key at Stripe is derived from the row.

    `attempt` counts the answers that Stripe has stored under such a key, and that another try must not get again.
    """

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
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    last_error: Mapped[str] = mapped_column(String(200), default="")
    requested_at: Mapped[datetime] = mapped_column("asked_at", UtcDateTime)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)

    payment: Mapped[Payment] = relationship()


class StripeEvent(Base):
    """An event in the inbox, stored when its signature is verified, and kept until retention deletes it.

    `body` holds what is needed to find the payment, and nothing about the buyer.
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
    received_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # None: not delivered, but fetched by us
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # being handled until then
    last_error: Mapped[str] = mapped_column(String(200), default="")
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(8), default="")
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Reconciliation(Base):
    """One run of reconciliation: how many days it compared, and how many differences there were."""

    __tablename__ = "reconciliation"

    id: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int]
    difference_count: Mapped[int] = mapped_column("found")
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
