"""A model of Stripe in memory: what one Checkout Session may become, without HTTP, for thousands of histories."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from payments.stripe.balance_schemas import StripeFraudWarning
from payments.stripe.schemas import CheckoutSession, StripeDispute, parse

CENTS = 499
Event = tuple[str, str]  # its type, and the id of the session or payment intent that it is about


def checkout_session_json(
    session_id: str = "cs_test_1", reference: str = "r" * 22, **changes: Any
) -> dict[str, Any]:
    """A paid session, as Stripe answers for it."""
    price = {"id": "price_1", "unit_amount": CENTS, "currency": "usd"}
    return {
        "id": session_id,
        "created": 1_795_000_000,
        "livemode": False,
        "mode": "payment",
        "status": "complete",
        "payment_status": "paid",
        "currency": "usd",
        "amount_subtotal": CENTS,
        "amount_total": CENTS,
        "client_reference_id": reference,
        "metadata": {"order": reference},
        "customer_details": {"email": "Ada@Example.com"},
        "line_items": {"data": [{"quantity": 1, "price": price}], "has_more": False},
        "payment_intent": {
            "id": f"pi_{session_id}",
            "status": "succeeded",
            "metadata": {"order": reference},
            "latest_charge": {
                "id": f"ch_{session_id}",
                "created": 1_795_000_060,
                "amount_refunded": 0,
                "disputed": False,
                "receipt_url": "https://pay.stripe.test/receipt",
                "refunds": {"data": [], "has_more": False},
            },
        },
    } | changes


def checkout_session(**changes: Any) -> CheckoutSession:
    """The same, read."""
    return parse(CheckoutSession, checkout_session_json(**changes))


@dataclass
class SessionHistory:
    """One session's life: each step changes its state and tells it by an event."""

    reference: str
    session_id: str
    status: str = "open"
    paid: bool = False
    gone: bool = False  # the delayed payment was refused
    refunds: dict[str, tuple[int, str]] = field(default_factory=dict)
    dispute: str | None = None
    is_warned: bool = False
    events: list[Event] = field(default_factory=list)

    @property
    def intent(self) -> str:
        """Its payment."""
        return f"pi_{self.session_id}"

    @property
    def given_back(self) -> int:
        """Cents that went back."""
        return sum(cents for cents, status in self.refunds.values() if status not in {"failed", "canceled"})

    @property
    def should_be_ad_free(self) -> bool:
        """What must come out in the end, said without any of the product's code."""
        is_contested = self.dispute not in {None, "won", "warning_closed"}
        return self.paid and self.given_back < CENTS and not is_contested

    def tell(self, name: str, about: str) -> None:
        """An event happens."""
        self.events.append((name, about))

    def pay(self) -> None:
        """By card."""
        self.status, self.paid = "complete", True
        self.tell("checkout.session.completed", self.session_id)

    def pay_later(self) -> None:
        """By a slow bank."""
        self.status = "complete"
        self.tell("checkout.session.completed", self.session_id)

    def settle(self) -> None:
        """The slow bank pays."""
        self.paid = True
        self.tell("checkout.session.async_payment_succeeded", self.session_id)

    def refuse(self) -> None:
        """The slow bank refuses."""
        self.gone = True
        self.tell("checkout.session.async_payment_failed", self.session_id)

    def expire(self) -> None:
        """Nobody paid."""
        self.status = "expired"
        self.tell("checkout.session.expired", self.session_id)

    def refund(self, chance: Random) -> None:
        """All that is left, or a part."""
        left = CENTS - self.given_back
        cents = chance.choice([left, min(left, 100)])
        self.refunds[f"re_{self.session_id}_{len(self.refunds)}"] = (
            cents,
            chance.choice(["pending", "succeeded"]),
        )
        self.tell("charge.refunded", self.intent)

    def move_refund(self, chance: Random) -> None:
        """A refund goes on, or fails."""
        name = chance.choice(list(self.refunds))
        cents, status = self.refunds[name]
        if status in {"pending", "succeeded"}:
            self.refunds[name] = (cents, chance.choice(["succeeded", "failed", "canceled"]))
            self.tell("refund.updated", self.intent)

    def move_dispute(self, chance: Random) -> None:
        """A dispute is opened, looked at, decided."""
        following = {
            None: ["needs_response", "warning_needs_response"],
            "needs_response": ["under_review", "won", "lost"],
            "warning_needs_response": ["warning_closed", "needs_response"],
            "under_review": ["won", "lost"],
            "lost": ["won"],
        }
        if self.dispute in following:
            name = "closed" if self.dispute else "created"
            self.dispute = chance.choice(following[self.dispute])
            self.tell(f"charge.dispute.{name}", self.intent)

    def warn(self) -> None:
        """The card's bank calls it fraud."""
        self.is_warned = True
        self.tell("radar.early_fraud_warning.created", self.intent)

    @property
    def warning(self) -> StripeFraudWarning | None:
        """The early fraud warning, as Stripe answers now."""
        if not self.is_warned:
            return None
        actionable = self.dispute is None and self.given_back < CENTS
        warning = {"id": f"issfr_{self.session_id}", "created": 1_795_000_120, "fraud_type": "misc"}
        return parse(StripeFraudWarning, warning | {"actionable": actionable, "payment_intent": self.intent})

    def choices(self, chance: Random) -> list[Callable[[], None]]:
        """What may happen next."""
        if self.status == "open":
            return [self.pay, self.pay, self.pay_later, self.expire]
        if self.status == "expired" or self.gone:
            return []
        if not self.paid:
            return [self.settle, self.refuse]
        money = [lambda: self.refund(chance)] if self.given_back < CENTS and not self.dispute else []
        if self.refunds:
            money.append(lambda: self.move_refund(chance))
        if not self.is_warned:
            money.append(self.warn)
        return [*money, lambda: self.move_dispute(chance)]

    def step(self, chance: Random) -> None:
        """Something happens, if anything still can."""
        if choices := self.choices(chance):
            chance.choice(choices)()

    def checkout_session(self) -> CheckoutSession:
        """Its state, as Stripe answers now."""
        state = "paid" if self.paid else "unpaid"
        answer = checkout_session_json(
            self.session_id, self.reference, status=self.status, payment_status=state
        )
        if self.status != "complete":
            answer["payment_intent"] = None
            return parse(CheckoutSession, answer)
        answer["payment_intent"]["status"] = (
            "succeeded" if self.paid else "requires_payment_method" if self.gone else "processing"
        )
        made = [
            {"id": name, "amount": cents, "status": status, "created": number}
            for number, (name, (cents, status)) in enumerate(self.refunds.items())
        ]
        charge = answer["payment_intent"]["latest_charge"]
        charge |= {"amount_refunded": self.given_back, "disputed": self.dispute is not None}
        charge["refunds"] = {"data": made, "has_more": False}
        disputes: tuple[StripeDispute, ...] = ()
        if self.dispute:
            dispute = {
                "id": f"du_{self.session_id}",
                "amount": CENTS,
                "status": self.dispute,
                "reason": "general",
            }
            disputes = (parse(StripeDispute, dispute),)
        return parse(CheckoutSession, answer).model_copy(update={"disputes": disputes})
