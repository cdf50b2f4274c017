"""What Stripe charges (stripe.com/pricing)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Fees:
    """What Stripe charges, and how it settles; a test sets another with ``FakeStripe.charge_fees``.

    ``percent`` and ``fixed`` of a payment, ``dispute`` of each dispute, in the settlement currency's minor unit.
    ``dispute_returned``: with a dispute that is won, as before June 2025. ``tax_percent`` is added to every fee.
    ``currency``: what other currencies are converted to, at ``rate``; empty: each settles as itself.
    """

    percent: Decimal = Decimal("2.9")
    fixed: int = 30
    dispute: int = 1500
    dispute_returned: bool = False
    tax_percent: Decimal = Decimal(0)
    currency: str = ""
    rate: Decimal = Decimal(1)


def payment_fee(fees: Fees, amount: int) -> int:
    """Stripe's fee for a payment of this settled amount: 2.9% + 30, half cents up."""
    return rounded(amount * fees.percent / 100) + fees.fixed


def rounded(amount: Decimal | int) -> int:
    """To whole minor units, halves up."""
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))
