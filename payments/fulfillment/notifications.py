"""What people are told when the ledger changes: one mail or alarm for each effect, in its transaction.

Their keys come from stable ids, so an effect that is entered twice is told once. Alarms name orders and
Stripe's ids, never a person.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel.mail import alarms, outbox
from carrel.mail.message import Content
from carrel.settings import Settings
from payments.fulfillment import mails
from payments.ledger import claims, entries
from payments.ledger.entitlement import LOST, NOT_GIVEN_BACK, SETTLED_FOR_US, Verdict
from payments.models import Dispute, Order, Payment, Refund
from payments.prices import price


@dataclass(frozen=True)
class Case:
    """An order in the transaction that changes it."""

    session: Session
    settings: Settings
    order: Order

    def write(self, key: str, mail: Content) -> None:
        """Queue a mail to the buyer, if we know where to write."""
        if address := claims.address_of(self.session, self.order):
            outbox.queue(self.session, key=key[:120], to=address, mail=mail)

    def alarm(self, key: str, subject: str, text: str) -> None:
        """Tell the operator."""
        alarms.raise_alarm(self.session, key[:80], subject, f"Order {self.order.reference}: {text}")


def granted(case: Case, payment: Payment) -> None:
    """A pass was bought."""
    mail = mails.purchased(case.settings, case.order, payment)
    case.write(f"purchase:{case.order.reference}", mail)


def paid_twice(case: Case, payment: Payment) -> None:
    """Somebody who had the pass paid again; the money is on its way back."""
    case.alarm(
        f"paid-twice:{case.order.reference}",
        "A reader paid twice and is refunded",
        f"{_sum(payment)} came for a pass that its reader already had. The whole of it "
        f"({payment.payment_intent}) is being refunded.",
    )


def held(case: Case, payment: Payment) -> None:
    """Money came, but not as ordered: a person must look."""
    agreed = price(case.order.price_cents, case.order.currency)
    case.alarm(
        f"held:{case.order.reference}",
        f"A payment is held: {payment.trouble}",
        f"{agreed} was agreed, {_sum(payment)} was paid by {payment.checkout_session_id}, but: "
        f"{payment.trouble}. No pass was given. Refund it, or give the pass by hand.",
    )


def payment_failed(case: Case) -> None:
    """A delayed payment did not arrive."""
    mail = mails.payment_failed(case.settings, case.order)
    case.write(f"payment-failed:{case.order.reference}", mail)


def refund_changed(case: Case, payment: Payment, refund: Refund, verdict: Verdict) -> None:
    """Money goes back, or what was to go back did not."""
    amount = price(refund.amount_cents, payment.currency)
    if refund.status in NOT_GIVEN_BACK:
        case.alarm(
            f"refund-failed:{refund.stripe_id}",
            "A refund did not go through",
            f"the refund {refund.stripe_id} of {amount} is {refund.status}. The money is back with you, and the "
            "reader has what it paid for. Find another way to pay them, or let them know.",
        )
        return
    mail = mails.refunded(case.settings, case.order, payment, refund, keeps_pass=verdict.ad_free)
    case.write(f"refund:{refund.stripe_id}", mail)
    if payment.outcome == "granted" and entries.left_of(case.session, payment) > 0:
        case.alarm(
            f"part-refund:{refund.stripe_id}",
            "Part of a payment was refunded; the pass stays",
            f"{amount} went back. Its reader keeps the pass. Refund the rest to end it.",
        )


def dispute_changed(case: Case, dispute: Dispute, verdict: Verdict) -> None:
    """A bank asks for money back, or has decided."""
    key = f"dispute:{dispute.stripe_id}"
    sum_ = price(dispute.amount_cents, case.order.currency)
    status, reason = dispute.status.replace("_", " "), dispute.reason.replace("_", " ")
    about = f"the dispute {dispute.stripe_id} about {sum_} ({reason}) stands at Stripe as: {status}."
    if dispute.status in SETTLED_FOR_US | LOST:
        is_lost = dispute.status in LOST
        mail = mails.dispute_closed(case.settings, case.order, is_lost=is_lost, has_pass=verdict.ad_free)
        case.write(f"{key}:{dispute.status}", mail)
        case.alarm(f"{key}:{dispute.status}", f"A dispute is closed: {status}", about)
        return
    case.write(f"{key}:opened", mails.dispute_opened(case.settings, case.order))
    if dispute.due_at:
        about += f" Answer it in Stripe's dashboard before {dispute.due_at:%d %B %Y, %H:%M} UTC."
    case.alarm(f"{key}:{dispute.status}", f"A payment is disputed: {status}", about)


def unknown_order(session: Session, session_id: str) -> None:
    """Money came for an order of ours that is not in the database (restored from an older backup?)."""
    alarms.raise_alarm(
        session,
        f"unknown-order:{session_id}"[:80],
        "A payment for an order that we do not know",
        f"Checkout Session {session_id} carries this site's mark, but its order is not in the database. "
        "Look for it in Stripe's dashboard, and refund it there or give the pass by hand.",
    )


def _sum(payment: Payment) -> str:
    return price(payment.amount_cents, payment.currency)
