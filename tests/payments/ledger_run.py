"""One history of a payment, our ledger of it, and the answers of Stripe that are on their way."""

import secrets
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import readers
from carrel.accounts.models import Reader
from carrel.services import signer_of
from carrel.settings import Settings
from payments.checkout.orders import CHECKOUT_SESSION_LIFETIME
from payments.fulfillment.apply_session import ConcurrentUpdateError, apply_checkout_session
from payments.fulfillment.fraud_warnings import apply_warning
from payments.gift_models import Gift, GiftRedemption
from payments.gifts import codes
from payments.gifts.redeem import Outcome, Redeemer, redeem
from payments.ledger import entries as ledger
from payments.ledger import gifts
from payments.models import Order, Payment, RefundRequest
from payments.stripe.balance_schemas import StripeFraudWarning
from payments.stripe.schemas import CheckoutSession
from tests.payments.session_history import CENTS, SessionHistory


@dataclass
class LedgerRun:
    """One history, our ledger of it, and the answers of Stripe that are on their way."""

    session: Session
    settings: Settings
    chance: Random
    history: SessionHistory
    order: Order
    gift: Gift | None = None
    in_flight: list[tuple[CheckoutSession, int, StripeFraudWarning | None]] = field(default_factory=list)
    sent: set[int] = field(default_factory=set)

    def look(self) -> None:
        """Ask Stripe; the answer is entered later."""
        answer = (self.history.checkout_session(), self.order.version, self.history.warning)
        self.in_flight.append(answer)

    def enter(self) -> None:
        """Enter an answer that came; it may be old by now."""
        checkout_session, seen, warning = self.in_flight.pop(self.chance.randrange(len(self.in_flight)))
        try:
            apply_checkout_session(self.session, self.settings, checkout_session, seen)
        except ConcurrentUpdateError:
            apply_checkout_session(
                self.session, self.settings, self.history.checkout_session(), self.order.version
            )
        if warning:
            apply_warning(self.session, self.settings, warning)

    def send_refunds(self) -> None:
        """The worker sends what was requested; Stripe refuses it of a disputed payment, and more than is left."""
        for request in self.requests():
            if request.id in self.sent:
                continue
            self.sent.add(request.id)
            request.state = "done"
            if ledger.unrefunded_cents(self.session, request.payment) < request.amount_cents:
                continue
            if self.history.dispute is None and request.amount_cents <= CENTS - self.history.given_back:
                self.history.refunds[f"re_ours_{request.id}"] = (request.amount_cents, "succeeded")
                self.history.tell("refund.created", self.history.intent)
            else:
                request.state = "refused"

    def requests(self) -> list[RefundRequest]:
        """What we requested."""
        made = select(RefundRequest).join(Payment, RefundRequest.payment_id == Payment.id)
        return list(self.session.scalars(made.where(Payment.order_id == self.order.id)))

    def redeem(self) -> None:
        """Somebody has the code and tries it, by what our ledger knows so far."""
        if self.gift is None:
            return
        code = codes.reveal(signer_of(self.settings), self.gift)
        assert code
        state = gifts.gift_state(self.session, self.gift)
        outcome = redeem(self.session, code, Redeemer(None, "192.0.2.1", "")).outcome
        assert (outcome is Outcome.REDEEMED) == state.can_be_redeemed

    def merge(self) -> None:
        """Whoever redeemed it turns out to be another reader."""
        if holder := self.holder():
            readers.merge(self.session, holder, readers.create_anonymous(self.session))

    def holder(self) -> Reader | None:
        """Whose the pass is: the buyer's, or whoever's who redeemed it."""
        if self.gift is None:
            return readers.get(self.session, self.order.reader_id)
        redemption = self.session.get(GiftRedemption, self.gift.id, populate_existing=True)
        return readers.get(self.session, redemption.reader_id) if redemption else None

    def live(self) -> None:
        """The history goes on, while some of its events arrive, some twice, some not yet."""
        for _ in range(self.chance.randint(1, 9)):
            self.history.step(self.chance)
            for people_act in self.chance.choice([[self.redeem], [self.redeem], [self.merge], []]):
                people_act()
            while self.history.events and self.chance.random() < 0.5:
                self.look()
            while self.in_flight and self.chance.random() < 0.5:
                self.enter()
            if self.chance.random() < 0.5:
                self.send_refunds()

    def end_by_delivery(self) -> None:
        """Everything that was sent arrives, in any order, most of it twice."""
        for _ in range(len(self.history.events) * 2):
            self.look()
        while self.in_flight:
            self.enter()
        self.settle()

    def end_by_reconciliation(self) -> None:
        """Everything is lost; one look tells all."""
        self.in_flight.clear()
        self.settle()

    def settle(self) -> None:
        """The worker looks, sends, and looks again, until nothing is left to do."""
        for _ in range(3):
            self.look()
            self.enter()
            self.send_refunds()


def a_run(session: Session, settings: Settings, chance: Random) -> LedgerRun:
    reader, now = readers.create_anonymous(session), clock.now()
    order = Order(reference=secrets.token_urlsafe(16), reader_id=reader.id, price_cents=CENTS, currency="usd")
    order.title, order.return_to, order.created_at, order.expires_at = (
        "A pass",
        "/",
        now,
        now + CHECKOUT_SESSION_LIFETIME,
    )
    session.add(order)
    session.flush()
    gift = a_gift(session, settings, order) if chance.random() < 0.5 else None
    history = SessionHistory(order.reference, f"cs_test_{order.id}")
    return LedgerRun(session, settings, chance, history, order, gift)


def a_gift(session: Session, settings: Settings, order: Order) -> Gift:
    gift = Gift(order_id=order.id, created_at=order.created_at)
    codes.renew(signer_of(settings), gift)
    session.add(gift)
    session.flush()
    return gift
