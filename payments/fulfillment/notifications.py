"""Mails and alarms about changes of the ledger, queued in the same transaction.

Their keys come from stable ids, so nothing is sent twice. Alarms name orders and Stripe ids, never a person.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel.dates import moment_in_words
from carrel.mail import alarms, outbox
from carrel.mail.message import Content
from carrel.settings import Settings
from payments.fulfillment import mails
from payments.ledger import claims, entries, gifts
from payments.ledger.entitlement import (
    FAVORABLE_DISPUTE_STATUSES,
    LOST_DISPUTE_STATUSES,
    UNSUCCESSFUL_REFUND_STATUSES,
    Entitlement,
)
from payments.models import Dispute, Order, Payment, Refund
from payments.prices import price


@dataclass(frozen=True)
class OrderUpdate:
    """An order, in the transaction that updates it."""

    session: Session
    settings: Settings
    order: Order

    @property
    def is_gift(self) -> bool:
        """Whether its pass is for somebody else than the buyer."""
        return gifts.gift_of(self.session, self.order) is not None

    def queue_mail(self, key: str, mail: Content, *, private: bool = False) -> None:
        """Queue a mail to the buyer, if we have an email address."""
        if email := claims.buyer_email(self.session, self.order):
            outbox.queue(self.session, key=key[:120], to=email, mail=mail, private=private)

    def raise_alarm(self, key: str, subject: str, text: str) -> None:
        """Tell the operator."""
        alarms.raise_alarm(self.session, key[:80], subject, f"Order {self.order.reference}: {text}")


def pass_granted(update: OrderUpdate, payment: Payment, *, has_consented: bool) -> None:
    """The buyer's receipt. A gift's has its code, so it is forgotten once it is sent."""
    gift = gifts.gift_of(update.session, update.order)
    mail = (
        mails.gift_bought(update.settings, update.order, payment, gift)
        if gift
        else mails.purchased(update.settings, update.order, payment, has_consented=has_consented)
    )
    update.queue_mail(f"purchase:{update.order.reference}", mail, private=gift is not None)


def paid_twice(update: OrderUpdate, payment: Payment) -> None:
    """A reader who has the pass paid again, and is being refunded."""
    update.raise_alarm(
        f"paid-twice:{update.order.reference}",
        "A reader paid twice and is refunded",
        f"{price(payment.amount_cents, payment.currency)} was paid for a pass that the reader already had. "
        f"The whole amount ({payment.payment_intent}) is being refunded.",
    )


def payment_held(update: OrderUpdate, payment: Payment) -> None:
    """A payment does not match its order: the operator must decide."""
    agreed = price(update.order.price_cents, update.order.currency)
    update.raise_alarm(
        f"held:{update.order.reference}",
        f"A payment is held: {payment.mismatch}",
        f"{agreed} was agreed, {price(payment.amount_cents, payment.currency)} was paid by "
        f"{payment.checkout_session_id}, but: {payment.mismatch}. No pass was granted. "
        "Refund it, or grant the pass by hand.",
    )


def payment_failed(update: OrderUpdate) -> None:
    """A delayed payment has failed."""
    mail = mails.payment_failed(update.settings, update.order)
    update.queue_mail(f"payment-failed:{update.order.reference}", mail)


def refund_changed(update: OrderUpdate, payment: Payment, refund: Refund, entitlement: Entitlement) -> None:
    """A refund was made or has failed."""
    amount = price(refund.amount_cents, payment.currency)
    if refund.status in UNSUCCESSFUL_REFUND_STATUSES:
        update.raise_alarm(
            f"refund-failed:{refund.stripe_id}",
            "A refund did not go through",
            f"the refund {refund.stripe_id} of {amount} is {refund.status}. The money is back in your account, "
            "and the refund no longer affects the pass. Refund the reader in another way, or let them know.",
        )
        return
    mail = mails.refunded(
        update.settings,
        update.order,
        payment,
        refund,
        keeps_pass=entitlement.ad_free,
        is_gift=update.is_gift,
    )
    update.queue_mail(f"refund:{refund.stripe_id}", mail)
    if payment.outcome == "granted" and entries.unrefunded_cents(update.session, payment) > 0:
        update.raise_alarm(
            f"part-refund:{refund.stripe_id}",
            "Part of a payment was refunded; the pass stays",
            f"{amount} was refunded. The reader keeps the pass. Refund the rest to end it.",
        )


def dispute_changed(update: OrderUpdate, dispute: Dispute, entitlement: Entitlement) -> None:
    """A dispute was opened, updated, or closed."""
    key = f"dispute:{dispute.stripe_id}"
    amount = price(dispute.amount_cents, update.order.currency)
    status, reason = dispute.status.replace("_", " "), dispute.reason.replace("_", " ")
    text = f"the dispute {dispute.stripe_id} over {amount} ({reason}) is now: {status}."
    if dispute.status in FAVORABLE_DISPUTE_STATUSES | LOST_DISPUTE_STATUSES:
        is_lost = dispute.status in LOST_DISPUTE_STATUSES
        mail = mails.dispute_closed(
            update.settings,
            update.order,
            is_lost=is_lost,
            has_pass=entitlement.ad_free,
            is_gift=update.is_gift,
        )
        update.queue_mail(f"{key}:{dispute.status}", mail)
        update.raise_alarm(f"{key}:{dispute.status}", f"A dispute is closed: {status}", text)
        return
    mail = mails.dispute_opened(update.settings, update.order, is_gift=update.is_gift)
    update.queue_mail(f"{key}:opened", mail)
    if dispute.due_at:
        text += f" Answer it in Stripe's dashboard by {moment_in_words(update.settings, dispute.due_at)}."
    update.raise_alarm(f"{key}:{dispute.status}", f"A payment is disputed: {status}", text)


def unknown_order(session: Session, session_id: str) -> None:
    """A payment for an order of ours that is not in the database (restored from an older backup?)."""
    alarms.raise_alarm(
        session,
        f"unknown-order:{session_id}"[:80],
        "A payment for an unknown order",
        f"Checkout Session {session_id} has this site's id, but its order is not in the database. "
        "Look for it in Stripe's dashboard, and refund it there or grant the pass by hand.",
    )
