"""The accounts as files."""

import csv
import io
from datetime import UTC, date, datetime

from payments.balance import export
from payments.balance.months import Movement, months
from payments.fulfillment.fulfill import fulfill
from tests.payments.balance.accounting import read_all
from tests.support.payments import Shop


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_month_is_a_row_in_whole_dollars() -> None:
    moment = datetime(2026, 11, 5, tzinfo=UTC)
    movements = [
        Movement(moment, "usd", "charge", 100_499, 2945, 445, tax=33, discount=100),
        Movement(moment, "usd", "refund", -500),
        Movement(moment, "usd", "dispute", -499, 1500),
        Movement(moment, "usd", "fee", -25),
        Movement(moment, "usd", "payout", -90_000),
        Movement(moment, "usd", "topup", 5),
    ]
    (balance,) = rows(export.balance_csv(months(movements)))
    assert list(balance.values()) == [
        "2026-11",
        "usd",
        "0.00",
        "1004.99",
        "-5.00",
        "-4.99",
        "-29.45",
        "-15.00",
        "-0.25",
        "-4.45",
        "0.05",
        "-900.00",
        "50.35",
    ]
    (sales,) = rows(export.sales_csv(months(movements[:3])))
    assert [sales[name] for name in ("passes", "paid", "discounts_given", "kept")] == [
        "1",
        "1004.99",
        "1.00",
        "950.55",
    ]


def test_a_currency_without_decimals_has_none() -> None:
    moment = datetime(2026, 11, 5, tzinfo=UTC)
    (row,) = rows(export.balance_csv(months([Movement(moment, "jpy", "charge", 500, 18)])))
    assert (row["payments"], row["closing_balance"]) == ("500", "482")


def test_the_transactions_of_a_month_come_to_its_sums_and_name_their_orders(shop: Shop) -> None:
    paid = shop.buy(tax=33)
    order = fulfill(shop.context, paid)
    shop.stripe.refund(paid, 100)
    payout = shop.stripe.pay_out()
    read_all(shop)
    now = datetime.now(UTC)
    text = shop.read(lambda session: export.transactions_csv(session, now.date().replace(day=1)))
    charge, refund, paid_out = rows(text)
    assert (charge["gross"], charge["fee"], charge["net"]) == ("5.32", "0.45", "4.87")
    assert (charge["order"], charge["tax"], charge["discount"]) == (order.reference, "0.33", "0.00")
    assert (refund["gross"], refund["customer_facing_amount"], refund["tax"]) == ("-1.00", "-1.00", "")
    assert (paid_out["net"], paid_out["source_id"]) == ("-3.87", payout["id"])
    assert {row["automatic_payout_id"] for row in (charge, refund, paid_out)} == {payout["id"]}
    assert shop.read(lambda session: export.transactions_csv(session, date(2020, 1, 1))).count("\n") == 1


def test_its_first_columns_are_those_of_stripes_own_report() -> None:
    """https://docs.stripe.com/reports/report-types/balance, `balance_change_from_activity.itemized.3`."""
    stripes = (
        "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,"
        "customer_facing_amount,customer_facing_currency,payment_intent_id,automatic_payout_id"
    )
    assert ",".join(export.TRANSACTIONS_HEADER[:13]) == stripes
