"""Sums by month, held against histories that were worked out by hand."""

from datetime import UTC, date, datetime

from payments.balance.months import Group, Month, Movement, month_of, months, next_month


def at(month: int, day: int = 1, hour: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def moved(month: int, category: str, amount: int, fee: int = 0, currency: str = "usd") -> Movement:
    return Movement(at(month), currency, category, amount, fee)


def groups(month: Month) -> dict[str, int]:
    return {group.value: amount for group, amount in month.amounts.items() if amount}


def test_a_payment_a_refund_and_a_payout_reconcile() -> None:
    """As Stripe's balance report reckons: starting balance + activity - payouts = ending balance.

    https://docs.stripe.com/reports/balance. Two passes of $4.99 cost 44 cents each (2.9% + 30); one is refunded,
    and its fee is not (https://docs.stripe.com/refunds); $3.00 are paid out. 455 + 455 - 499 - 300 = 111.
    """
    (month,) = months(
        [
            moved(11, "charge", 499, 44),
            moved(11, "charge", 499, 44),
            moved(11, "refund", -499),
            moved(11, "payout", -300),
        ]
    )
    assert (month.opening, month.net, month.closing) == (0, 411, 111)
    assert groups(month) == {"payments": 998, "refunds": -499, "payouts": -300}
    assert (month.payment_fees, month.dispute_fees, month.fees, month.payment_count) == (-88, 0, -88, 2)


def test_a_dispute_and_its_fee_are_costs_and_the_fee_of_one_that_is_won_stays() -> None:
    """One balance transaction holds both, as in the published `charge.dispute.funds_withdrawn`: -25000, fee 1500.

    https://support.stripe.com/questions/dispute-fees-faq and …/june-2025-pricing-updates-for-disputes: the amount
    comes back with a dispute that is won, the fee for receiving it does not. 455 - 1999 + 499 = -1045.
    """
    (month,) = months(
        [
            moved(3, "charge", 499, 44),
            moved(3, "dispute", -499, 1500),
            moved(3, "dispute_reversal", 499, 0),
        ]
    )
    assert groups(month) == {"payments": 499}
    assert (month.dispute_fees, month.closing) == (-1500, -1045)


def test_before_june_2025_the_fee_came_back_too() -> None:
    """A reversal of then had a negative fee: 455 - 1999 + 1999 = 455."""
    (month,) = months(
        [
            moved(3, "charge", 499, 44),
            moved(3, "dispute", -499, 1500),
            moved(3, "dispute_reversal", 499, -1500),
        ]
    )
    assert (month.dispute_fees, month.closing) == (0, 455)


def test_a_fee_that_belongs_to_no_payment_has_it_as_its_amount() -> None:
    """https://docs.stripe.com/reports/reporting-categories: `fee`, `network_cost`; `tax` is tax on them."""
    (month,) = months(
        [moved(5, "fee", -70), moved(5, "network_cost", -5), moved(5, "tax", -14), moved(5, "fee", 20)]
    )
    assert (month.other_fees, month.fee_tax, month.net, month.closing) == (-69, -14, -69, -69)


def test_tax_within_a_fee_is_counted_and_not_taken_twice() -> None:
    """`fee_details` of type `tax` are a part of `fee`: 44 and 20% of it are 53; 499 - 53 = 446."""
    (month,) = months([Movement(at(5), "usd", "charge", 499, 53, 9)])
    assert (month.payment_fees, month.fee_tax, month.closing) == (-53, -9, 446)


def test_what_failed_takes_back_what_it_had_moved() -> None:
    """A refund, a payout, and a bank debit that fail later, by their categories at Stripe."""
    (month,) = months(
        [
            moved(5, "charge", 1000, 59),
            moved(5, "refund", -400),
            moved(5, "refund_failure", 400),
            moved(5, "payout", -941),
            moved(5, "payout_reversal", 941),
            moved(5, "charge_failure", -1000),
        ]
    )
    assert groups(month) == {}
    assert month.closing == -59


def test_whatever_we_do_not_know_still_reconciles() -> None:
    (month,) = months([moved(5, "topup", 5000), moved(5, "of_the_future", -7, 3)])
    assert groups(month) == {"other": 4993}
    assert (month.other_fees, month.net, month.closing) == (-3, 4990, 4990)


def test_months_follow_one_another_also_over_a_quiet_one_and_the_new_year() -> None:
    found = months(
        [
            Movement(at(2, year=2027), "usd", "payout", -455),
            Movement(at(11), "usd", "charge", 499, 44),
        ]
    )
    assert [(month.first, month.opening, month.closing) for month in found] == [
        (date(2026, 11, 1), 0, 455),
        (date(2026, 12, 1), 455, 455),
        (date(2027, 1, 1), 455, 455),
        (date(2027, 2, 1), 455, 0),
    ]


def test_every_currency_has_a_balance_of_its_own() -> None:
    found = months([moved(5, "charge", 499, 44), moved(5, "charge", 460, 43, "eur")])
    assert [(month.currency, month.closing) for month in found] == [("eur", 417), ("usd", 455)]


def test_a_month_is_one_of_utc_as_in_stripes_reports() -> None:
    """https://docs.stripe.com/reports/options: reports are in UTC unless another time zone is chosen."""
    assert month_of(datetime.fromisoformat("2026-11-30T20:00:00-05:00")) == date(2026, 12, 1)
    assert month_of(datetime.fromisoformat("2026-12-01T00:30:00+01:00")) == date(2026, 11, 1)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)


def test_a_real_week_of_an_account_comes_to_what_was_paid_out() -> None:
    """The figures of live transactions in the seeds of fivetran/dbt_stripe: a charge, its fee, and its payout."""
    (month,) = months([moved(3, "charge", 19350, 591), moved(3, "payout", -18759)])
    assert (month.net, month.amounts[Group.PAYOUTS], month.closing) == (18759, -18759, 0)


def test_nothing_has_no_months() -> None:
    assert months([]) == []
