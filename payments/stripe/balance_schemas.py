"""The parts that we use of balance transactions and early fraud warnings; see `schemas`.

Sources: https://docs.stripe.com/api/balance_transactions/object, …/radar/early_fraud_warnings/object,
…/payouts/object.
"""

from typing import Self

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from payments.stripe.schemas import StripeSchema

TAX: str = "tax"


class FeeDetail(StripeSchema):
    """One part of a fee: `stripe_fee`, `tax` on it, and others."""

    amount: StrictInt
    type: StrictStr


class BalanceSource(StripeSchema):
    """What moved the balance: a charge, refund, dispute, payout, or something that is not ours."""

    id: StrictStr
    object: StrictStr
    amount: StrictInt | None = None
    currency: StrictStr | None = None
    payment_intent: StrictStr | None = None
    reconciliation_status: StrictStr | None = None


class StripeBalanceTransaction(StripeSchema):
    """A movement of the balance. `amount`, `fee`, and `net` are in the minor unit of `currency`."""

    id: StrictStr
    type: StrictStr
    reporting_category: StrictStr
    created: StrictInt
    available_on: StrictInt
    currency: StrictStr
    amount: StrictInt
    fee: StrictInt
    net: StrictInt
    exchange_rate: float | None = None
    fee_details: tuple[FeeDetail, ...] = Field(default=())
    source: BalanceSource | StrictStr | None = None

    @model_validator(mode="after")
    def _net_is_what_is_left(self) -> Self:
        if self.net != self.amount - self.fee:
            raise ValueError("net is not amount - fee")
        return self

    @property
    def fee_tax(self) -> int:
        """The tax within the fee."""
        return sum(detail.amount for detail in self.fee_details if detail.type == TAX)

    @property
    def origin(self) -> BalanceSource | None:
        """The source, if Stripe showed it."""
        return self.source if isinstance(self.source, BalanceSource) else None

    @property
    def source_id(self) -> str | None:
        """The source's id."""
        return self.source.id if isinstance(self.source, BalanceSource) else self.source

    @property
    def customer_amount(self) -> int | None:
        """What the buyer paid, or negative got back, in the currency of the source."""
        origin = self.origin
        if origin is None or origin.amount is None or origin.payment_intent is None:
            return None
        if origin.currency == self.currency:
            return self.amount
        return origin.amount if self.amount >= 0 else -origin.amount


class StripeFraudWarning(StripeSchema):
    """A warning by the card's bank. `actionable`: neither disputed nor wholly refunded."""

    id: StrictStr
    actionable: StrictBool
    created: StrictInt
    fraud_type: StrictStr
    payment_intent: StrictStr | None = None
