"""The accounts by month, for whoever keeps the books."""

from collections.abc import Callable, Sequence
from datetime import date

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from carrel import clock
from carrel.dates import month_in_words
from carrel.services import services
from payments.balance import accounts, agreement, export, listing, payouts
from payments.balance.months import Month, bounds, month_of
from payments.prices import price
from website.admin.guard import needs
from website.admin.operators.roles import Need

blueprint = Blueprint("accounts", __name__)
FIRST_YEAR = 2010  # there was no Stripe before
FILES: dict[str, Callable[[Session, date], str]] = {
    "balance": lambda session, _month: export.balance_csv(accounts.balance_months(session)),
    "sales": lambda session, _month: export.sales_csv(accounts.sales_months(session)),
    "transactions": export.transactions_csv,
}


@blueprint.get("/reports/accounts")
@needs(Need.ACCOUNTS)
def accounts_page() -> str:
    """One month in full, and all months."""
    chosen = _month()
    with services().db.read() as session:
        balance, sales = accounts.balance_months(session), accounts.sales_months(session)
        firsts = sorted({month.first for month in balance} | {chosen}, reverse=True)
        return render_template(
            "reports/accounts.html",
            chosen=chosen,
            choices=[(f"{first:%Y-%m}", month_in_words(services().settings, first)) for first in firsts],
            balance=balance,
            balance_of_month=_of(balance, chosen),
            sales=sales,
            sales_of_month=_of(sales, chosen),
            payouts=payouts.payouts_between(session, *bounds(chosen)),
            complete_until=listing.complete_until(session),
            disagreements=agreement.disagreements(session),
            price=price,
        )


@blueprint.get("/reports/accounts.csv")
@needs(Need.ACCOUNTS)
def accounts_csv() -> Response:
    """All months of the balance or of the sales, or the transactions of one month, as a file."""
    of, chosen = request.args.get("of", ""), _month()
    of = of if of in FILES else "balance"
    with services().db.read() as session:
        response = Response(FILES[of](session, chosen), mimetype="text/csv")
    name = f"transactions-{chosen:%Y-%m}" if of == "transactions" else f"{of}-by-month"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _of(months: Sequence[Month], first: date) -> list[Month]:
    return [month for month in months if month.first == first]


def _month() -> date:
    """The month asked for, such as `2026-11`; the present one if none."""
    present = month_of(clock.now())
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return present
    return asked if FIRST_YEAR <= asked.year <= present.year else present
