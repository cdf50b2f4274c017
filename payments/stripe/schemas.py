"""What Stripe says, as far as we use it: read from its answers, tolerant of more, strict about less.

Amounts are Stripe's minor units, times seconds since 1970. Sources:
https://docs.stripe.com/api/checkout/sessions/object, …/charges/object, …/refunds/object,
…/disputes/object.
"""

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

Read = TypeVar("Read", bound=BaseModel)
NO_METADATA: dict[str, str] = {}


class StripeResponseError(Exception):
    """An answer or event lacks what must be there: better to fail than to guess. Carries the fields."""

    def __init__(self, what: str, fields: list[str]) -> None:
        self.what, self.fields = what, fields
        super().__init__(f"{what} cannot be read: {', '.join(fields)}")


class Fact(BaseModel):
    """Part of an answer of Stripe's."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class RefundFact(Fact):
    """A refund in its present state: pending, requires_action, succeeded, failed or canceled."""

    id: StrictStr
    amount: StrictInt
    status: StrictStr
    created: StrictInt


class DueFact(Fact):
    """Until when a dispute must be answered."""

    due_by: StrictInt | None = None


class DisputeFact(Fact):
    """A dispute in its present state."""

    id: StrictStr
    amount: StrictInt
    status: StrictStr
    reason: StrictStr
    evidence_details: DueFact = DueFact()

    @property
    def due_at(self) -> datetime | None:
        """Until when it must be answered."""
        due = self.evidence_details.due_by
        return datetime.fromtimestamp(due, UTC) if due else None


class RefundList(Fact):
    """Refunds of a charge."""

    data: tuple[RefundFact, ...]


class ChargeFact(Fact):
    """The money of a payment."""

    id: StrictStr
    created: StrictInt
    amount_refunded: StrictInt
    disputed: StrictBool
    receipt_url: StrictStr | None = None
    refunds: RefundList | None = None


class IntentFact(Fact):
    """The attempt to pay, whose `status` tells a delayed payment that waits from one that failed."""

    id: StrictStr
    status: StrictStr
    metadata: dict[str, str] = Field(default_factory=dict)
    latest_charge: ChargeFact | None = None


class PriceFact(Fact):
    """What one piece costs."""

    id: StrictStr
    unit_amount: StrictInt | None
    currency: StrictStr


class ItemFact(Fact):
    """One line of a Checkout Session."""

    quantity: StrictInt | None
    price: PriceFact | None


class ItemList(Fact):
    """The lines of a Checkout Session."""

    data: tuple[ItemFact, ...]
    has_more: StrictBool = False


class OpenedFact(Fact):
    """A Checkout Session that was opened just now: where the buyer goes."""

    id: StrictStr
    url: StrictStr
    line_items: ItemList


class BuyerFact(Fact):
    """Who paid, as they wrote themselves at Checkout."""

    email: StrictStr | None = None


class SessionFact(Fact):
    """A Checkout Session with its payment, refunds and disputes: all that the ledger must agree with."""

    id: StrictStr
    created: StrictInt
    livemode: StrictBool
    mode: StrictStr
    status: StrictStr | None  # null, like the three below, only in modes that we never use
    payment_status: StrictStr
    currency: StrictStr | None
    amount_subtotal: StrictInt | None
    amount_total: StrictInt | None
    client_reference_id: StrictStr | None = None
    metadata: dict[str, str] | None = None
    customer_details: BuyerFact | None = None
    line_items: ItemList | None = None
    payment_intent: IntentFact | None = None
    disputes: tuple[DisputeFact, ...] = ()

    @property
    def charge(self) -> ChargeFact | None:
        """The charge of the latest attempt to pay."""
        return self.payment_intent.latest_charge if self.payment_intent else None

    @property
    def refunds(self) -> tuple[RefundFact, ...]:
        """Its refunds."""
        return self.charge.refunds.data if self.charge and self.charge.refunds else ()

    @property
    def email(self) -> str | None:
        """The address that Checkout collected."""
        return self.customer_details.email if self.customer_details else None

    @property
    def names(self) -> dict[str, str]:
        """Our own marks on it, from the session or the payment."""
        of_payment = self.payment_intent.metadata if self.payment_intent else NO_METADATA
        return of_payment | (self.metadata or {})

    @property
    def is_paid(self) -> bool:
        """Whether the buyer has done all there is to do: paid, or owed nothing."""
        return self.status == "complete" and self.payment_status in {"paid", "no_payment_required"}

    @property
    def paid_at(self) -> datetime:
        """When the money arrived; for a payment of nothing, when the session was made."""
        return datetime.fromtimestamp(self.charge.created if self.charge else self.created, UTC)


def read(kind: type[Read], answer: dict[str, Any]) -> Read:
    """The facts of an answer. Raises `StripeResponseError`."""
    try:
        return kind.model_validate(answer)
    except ValidationError as wrong:
        fields = [".".join(map(str, error["loc"])) for error in wrong.errors(include_input=False)]
        raise StripeResponseError(kind.__name__, fields) from None
