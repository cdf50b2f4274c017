"""The parts of Stripe's objects that we use: extra fields are ignored, missing ones are an error.

Amounts are in the currency's minor unit, times in Unix seconds. Sources:
https://docs.stripe.com/api/checkout/sessions/object, …/charges/object, …/refunds/object,
…/disputes/object.
"""

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    field_validator,
)

Schema = TypeVar("Schema", bound=BaseModel)
NO_METADATA: dict[str, str] = {}


class StripeResponseError(Exception):
    """A response or event lacks required fields. Carries the schema's name and the fields."""

    def __init__(self, schema: str, fields: list[str]) -> None:
        self.schema, self.fields = schema, fields
        super().__init__(f"{schema} cannot be read: {', '.join(fields)}")


class StripeSchema(BaseModel):
    """Base of all schemas."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class StripeRefund(StripeSchema):
    """A refund; `status` is pending, requires_action, succeeded, failed, or canceled, and null is as good as pending."""

    id: StrictStr
    amount: StrictInt
    status: StrictStr
    created: StrictInt

    @field_validator("status", mode="before")
    @classmethod
    def _null_is_pending(cls, status: object) -> object:
        return "pending" if status is None else status


class EvidenceDetails(StripeSchema):
    """The deadline for answering a dispute."""

    due_by: StrictInt | None = None


class StripeDispute(StripeSchema):
    """A dispute, with its present status."""

    id: StrictStr
    amount: StrictInt
    status: StrictStr
    reason: StrictStr
    evidence_details: EvidenceDetails = EvidenceDetails()

    @property
    def due_at(self) -> datetime | None:
        """The deadline for answering it."""
        due = self.evidence_details.due_by
        return datetime.fromtimestamp(due, UTC) if due else None


class RefundList(StripeSchema):
    """The newest refunds of a charge."""

    data: tuple[StripeRefund, ...]


class Charge(StripeSchema):
    """A charge."""

    id: StrictStr
    created: StrictInt
    amount_refunded: StrictInt
    disputed: StrictBool
    receipt_url: StrictStr | None = None
    refunds: RefundList | None = None


class PaymentIntent(StripeSchema):
    """A payment intent; `status` tells a delayed payment that is pending from one that failed."""

    id: StrictStr
    status: StrictStr
    metadata: dict[str, str] = Field(default_factory=dict)
    latest_charge: Charge | None = None


class Price(StripeSchema):
    """A price."""

    id: StrictStr
    unit_amount: StrictInt | None
    currency: StrictStr


class LineItem(StripeSchema):
    """A line item of a Checkout Session."""

    quantity: StrictInt | None
    price: Price | None


class LineItemList(StripeSchema):
    """The line items of a Checkout Session."""

    data: tuple[LineItem, ...]
    has_more: StrictBool = False


class CreatedCheckoutSession(StripeSchema):
    """A new Checkout Session, with the URL of its hosted page."""

    id: StrictStr
    url: StrictStr
    line_items: LineItemList


class CustomerDetails(StripeSchema):
    """What the buyer entered at Checkout."""

    email: StrictStr | None = None


class TotalDetails(StripeSchema):
    """What is in a session's total beside the price."""

    amount_discount: StrictInt = 0
    amount_tax: StrictInt = 0


class Consent(StripeSchema):
    """What the buyer agreed to at Checkout."""

    terms_of_service: StrictStr | None = None


class CheckoutSession(StripeSchema):
    """A Checkout Session with its payment, refunds, and disputes: all that the ledger is compared with."""

    id: StrictStr
    created: StrictInt
    livemode: StrictBool
    mode: StrictStr
    status: StrictStr | None  # null, like the amounts below, only in modes that we never use
    payment_status: StrictStr
    currency: StrictStr | None
    amount_subtotal: StrictInt | None
    amount_total: StrictInt | None
    total_details: TotalDetails | None = None
    client_reference_id: StrictStr | None = None
    metadata: dict[str, str] | None = None
    customer_details: CustomerDetails | None = None
    consent: Consent | None = None
    line_items: LineItemList | None = None
    payment_intent: PaymentIntent | None = None
    disputes: tuple[StripeDispute, ...] = ()

    @property
    def charge(self) -> Charge | None:
        """The latest charge."""
        return self.payment_intent.latest_charge if self.payment_intent else None

    @property
    def refunds(self) -> tuple[StripeRefund, ...]:
        """The charge's refunds."""
        return self.charge.refunds.data if self.charge and self.charge.refunds else ()

    @property
    def has_consented(self) -> bool:
        """Whether the buyer ticked the box that `PASS_WITHDRAWAL_CONSENT` puts on the payment page."""
        return self.consent is not None and self.consent.terms_of_service == "accepted"

    @property
    def email(self) -> str | None:
        """The email address that Checkout collected."""
        return self.customer_details.email if self.customer_details else None

    @property
    def our_metadata(self) -> dict[str, str]:
        """The metadata that we attached, from the payment intent and the session."""
        payment_metadata = self.payment_intent.metadata if self.payment_intent else NO_METADATA
        return payment_metadata | (self.metadata or {})

    @property
    def is_paid(self) -> bool:
        """Whether the buyer has paid, or owes nothing."""
        return self.status == "complete" and self.payment_status in {"paid", "no_payment_required"}

    @property
    def awaits_buyer(self) -> bool:
        """Whether the buyer has a voucher that they have not paid: nothing is on its way."""
        return self.payment_intent is not None and self.payment_intent.status == "requires_action"

    @property
    def paid_at(self) -> datetime:
        """When the charge was made; for a free order, when the session was created.

        A delayed payment is made later than its charge, and Stripe does not say when.
        """
        return datetime.fromtimestamp(self.charge.created if self.charge else self.created, UTC)


def parse(schema: type[Schema], response: dict[str, Any]) -> Schema:
    """Validate a response. Raises `StripeResponseError`."""
    try:
        return schema.model_validate(response)
    except ValidationError as error:
        fields = [".".join(map(str, detail["loc"])) for detail in error.errors(include_input=False)]
        raise StripeResponseError(schema.__name__, fields) from None
