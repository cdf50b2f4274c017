"""Sums by month of what moved an account's balance: a pure function.

Months are those of UTC, as in Stripe's reports unless told otherwise. Each transaction counts in the month in
which it was created, and by Stripe's reporting category
(https://docs.stripe.com/reports/reporting-categories). Every month reconciles: what was there, and all that
moved, payouts too, is what is left.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import NamedTuple


class Group(StrEnum):
    """What a transaction counts as."""

    PAYMENTS = "payments"
    REFUNDS = "refunds"
    CHARGEBACKS = "chargebacks"
    FEES = "fees"
    PAYOUTS = "payouts"
    OTHER = "other"


GROUPS = {
    "charge": Group.PAYMENTS,
    "charge_failure": Group.PAYMENTS,
    "partial_capture_reversal": Group.PAYMENTS,
    "refund": Group.REFUNDS,
    "refund_failure": Group.REFUNDS,
    "dispute": Group.CHARGEBACKS,
    "dispute_reversal": Group.CHARGEBACKS,
    "fee": Group.FEES,
    "network_cost": Group.FEES,
    "tax": Group.FEES,
    "payout": Group.PAYOUTS,
    "payout_reversal": Group.PAYOUTS,
}


class Movement(NamedTuple):
    """One transaction, or the sum of several alike. All amounts are in the minor unit of `currency`; `fee` and `fee_tax` are positive when taken.

    `tax` and `discount` are those of a payment, `tax` negative of a refund; 0 of anything else.
    """

    created_at: datetime
    currency: str
    category: str
    amount: int
    fee: int = 0
    fee_tax: int = 0
    tax: int = 0
    discount: int = 0
    transactions: int = 1

    @property
    def group(self) -> Group:
        """What it counts as."""
        return GROUPS.get(self.category, Group.OTHER)


@dataclass(slots=True)
class Month:
    """The sums of a month in one currency. What leaves the account is negative."""

    first: date
    currency: str
    opening: int = 0
    amounts: dict[Group, int] = field(default_factory=lambda: dict.fromkeys(Group, 0))
    payment_fees: int = 0
    dispute_fees: int = 0
    other_fees: int = 0
    fee_tax: int = 0  # within the fees
    tax: int = 0  # within payments, less that of refunds
    discounts: int = 0  # what payments would have been more
    payment_count: int = 0

    @property
    def fees(self) -> int:
        """All that Stripe took."""
        return self.payment_fees + self.dispute_fees + self.other_fees

    @property
    def net(self) -> int:
        """What is left of it all, before payouts."""
        moved = sum(
            amount for group, amount in self.amounts.items() if group not in {Group.FEES, Group.PAYOUTS}
        )
        return moved + self.fees

    @property
    def closing(self) -> int:
        """The balance at its end."""
        return self.opening + self.net + self.amounts[Group.PAYOUTS]

    def add(self, movement: Movement) -> None:
        """Count a transaction."""
        group = movement.group
        self.amounts[group] += movement.amount
        self.tax += movement.tax
        self.discounts += movement.discount
        self.payment_count += movement.transactions if movement.category == "charge" else 0
        self.fee_tax -= movement.fee_tax
        if group is Group.PAYMENTS:
            self.payment_fees -= movement.fee
        elif group is Group.CHARGEBACKS:
            self.dispute_fees -= movement.fee
        else:
            self.other_fees -= movement.fee
        if group is Group.FEES:  # its amount is the fee
            self.other_fees += movement.amount
            self.fee_tax += movement.amount if movement.category == "tax" else 0


def months(movements: Iterable[Movement]) -> list[Month]:
    """Every month from the first movement to the last, by currency, then oldest first; those without one too."""
    found: dict[str, dict[date, Month]] = defaultdict(dict)
    for movement in movements:
        first = month_of(movement.created_at)
        of_currency = found[movement.currency]
        of_currency.setdefault(first, Month(first, movement.currency)).add(movement)
    return [month for currency in sorted(found) for month in _in_a_row(currency, found[currency])]


def month_of(moment: datetime) -> date:
    """The first day of its month in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def bounds(first: date) -> tuple[datetime, datetime]:
    """When a month begins, and when the next one does."""
    begin, end = (datetime(day.year, day.month, 1, tzinfo=UTC) for day in (first, next_month(first)))
    return begin, end


def _in_a_row(currency: str, found: dict[date, Month]) -> Iterator[Month]:
    first, balance = min(found), 0
    while first <= max(found):
        month = found.get(first) or Month(first, currency)
        month.opening = balance
        balance = month.closing
        yield month
        first = next_month(first)
