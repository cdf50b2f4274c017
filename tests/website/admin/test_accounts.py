"""The accounts at the desk: for owners, by month, reconciled, and as files."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from payments.fulfillment.fulfill import fulfill
from payments.models import Order
from tests.payments.balance.accounting import read_all
from tests.payments.conftest import no_invalid_signatures_yet, settings, shop, stripe_  # noqa: F401
from tests.support.browser import Browser
from tests.support.operators import signed_in
from tests.support.payments import Shop
from website.admin.operators.roles import Role

PAGES = ("/admin/reports/accounts", "/admin/reports/accounts.csv", "/admin/balance/")


@pytest.fixture
def olga(app: Flask) -> Browser:
    return signed_in(app)


@pytest.fixture
def traded(shop: Shop) -> Shop:  # noqa: F811
    """Two passes: one of them refunded and one disputed; everything else paid out by Stripe itself."""
    refunded, disputed = shop.buy(email="buyer@work.example"), shop.buy()
    for each in (refunded, disputed):
        fulfill(shop.context, each)
    payout = shop.stripe.pay_out()
    shop.stripe.refund(refunded)
    shop.stripe.open_dispute(disputed)
    for each in (refunded, disputed):
        fulfill(shop.context, each)
    read_all(shop)
    assert payout["amount"] == 910
    return shop


def cells(page: str) -> str:
    return page.replace("</th>", "|").replace("<strong>", "").replace("\n", "")


def test_a_month_goes_from_its_opening_to_its_closing_balance(traded: Shop, olga: Browser) -> None:
    page = cells(olga.get("/admin/reports/accounts").text)
    for name, amount in {
        "Opening balance": "$0.00",
        "Payments": "$9.98",
        "Refunds": "-$4.99",
        "Chargebacks": "-$4.99",
        "Stripe fees for payments": "-$0.88",
        "Stripe fees for disputes": "-$15.00",
        "Payouts": "-$9.10",
        "Closing balance": "-$24.98",
    }.items():
        assert f'<th scope="row">{name}|<td class="right">{amount}' in page, name
    assert "2 transactions, adds up" in page
    assert "<dd>-$15.88</dd>" in page  # all of Stripe's fees
    assert "disagree" not in page


def test_a_month_in_which_nothing_moved_says_so(traded: Shop, olga: Browser) -> None:
    page = olga.get("/admin/reports/accounts?month=2026-01").text
    assert "No transactions in this month" in page


@pytest.mark.parametrize("month", ["x", "9999-12", "0001-01", "2026-13", "2026-1", "%00"])
def test_an_odd_month_gives_the_present_one(traded: Shop, olga: Browser, month: str) -> None:
    assert "Closing balance" in olga.get(f"/admin/reports/accounts?month={month}").text


def test_before_the_first_reading_it_says_so(shop: Shop, olga: Browser) -> None:  # noqa: F811
    page = olga.get("/admin/reports/accounts").text
    assert "Not complete yet" in page
    assert "There are no transactions yet" in page


def test_the_files_are_the_months_and_the_transactions(traded: Shop, olga: Browser) -> None:
    now = datetime.now(UTC)
    balance = olga.get("/admin/reports/accounts.csv?of=balance")
    assert balance.headers["Content-Disposition"] == 'attachment; filename="balance-by-month.csv"'
    assert balance.text.splitlines()[1] == (
        f"{now:%Y-%m},usd,0.00,9.98,-4.99,-4.99,-0.88,-15.00,0.00,0.00,0.00,-9.10,-24.98"
    )
    sales = olga.get("/admin/reports/accounts.csv?of=sales").text.splitlines()[1]
    assert sales == f"{now:%Y-%m},usd,2,9.98,0.00,0.00,-4.99,-4.99,-0.88,-15.00,-15.88"
    transactions = olga.get(f"/admin/reports/accounts.csv?of=transactions&month={now:%Y-%m}")
    assert f"transactions-{now:%Y-%m}.csv" in transactions.headers["Content-Disposition"]
    assert len(transactions.text.splitlines()) == 6
    assert "@" not in transactions.text


def test_every_movement_is_in_the_table_and_names_its_order(traded: Shop, olga: Browser) -> None:
    page = olga.get("/admin/balance/").text
    orders = traded.rows(Order)
    assert all(f'<a href="/admin/orders/{order.reference}">' in page for order in orders)
    assert "5 rows" in page
    assert "1 row<" in olga.get("/admin/balance/?category=dispute").text
    assert "4 rows" in olga.get("/admin/balance/?whose=ours").text
    assert "buyer@work.example" not in page


@pytest.mark.parametrize("role", [Role.EDITOR, Role.SUPPORT])
def test_nobody_but_an_owner_sees_them(app: Flask, traded: Shop, role: Role) -> None:
    browser = signed_in(app, role=role)
    assert {browser.get(path).status_code for path in PAGES} == {403}
    assert "Accounts" not in browser.get("/admin/").text


def test_the_order_tells_of_a_warning_and_its_refund(shop: Shop, olga: Browser) -> None:  # noqa: F811
    paid = shop.buy()
    fulfill(shop.context, paid)
    shop.stripe.warn_of_fraud(paid)
    shop.deliver_all("radar.early_fraud_warning.created")
    page = olga.get(f"/admin/orders/{shop.rows(Order)[0].reference}").text
    assert "Early fraud warning" in page
    assert "unauthorized use of card; refunded automatically" in page
