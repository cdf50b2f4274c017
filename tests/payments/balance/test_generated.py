"""Generated histories of an account: the sums are those of a model that adds as they happen, to the cent."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from carrel.db import Base
from payments.account_models import BalanceTransaction
from payments.balance import accounts, listing
from payments.balance.months import Group, Month
from payments.models import Order, Payment
from payments.stripe.balance_schemas import StripeBalanceTransaction
from payments.stripe.schemas import parse
from website.demo.fake_stripe import FakeStripe
from website.demo.fake_stripe.serialization import expanded

TABLES = [Base.metadata.tables[model.__tablename__] for model in (BalanceTransaction, Order, Payment)]
DAY = 86_400
DISPUTE_FEE = 1500


def payment_fee(amount: int) -> int:
    """2.9% and 30 cents, in whole numbers."""
    return (amount * 29 + 500) // 1000 + 30


@dataclass
class Account:
    """An account at Stripe, with what each step must do to it; half of its sales are in our ledger."""

    stripe: FakeStripe = field(default_factory=FakeStripe)
    expected: dict[date, Counter[str]] = field(default_factory=dict)
    own: Counter[str] = field(default_factory=Counter)
    sold: list[dict[str, int | str]] = field(default_factory=list)
    balance: int = 0

    def enter(self, what: str, amount: int, *, is_own: bool = False) -> None:
        """Note what moved, in the month of the account's clock."""
        now = datetime.fromtimestamp(self.stripe.account.now(), UTC)
        self.expected.setdefault(now.date().replace(day=1), Counter())[what] += amount
        self.own[what] += amount if is_own else 0
        self.balance += amount

    def sell(self, number: int) -> None:
        amount = 50 + number % 20_000
        checkout = self.stripe.sell_unrelated_product(amount)
        is_own = number % 2 == 0
        self.sold.append({"id": checkout["id"], "intent": checkout["payment_intent"], "left": amount})
        self.sold[-1] |= {"amount": amount, "own": is_own, "dispute": "", "refund": ""}
        self.enter("payments", amount, is_own=is_own)
        self.enter("payment_fees", -payment_fee(amount), is_own=is_own)

    def refund(self, number: int) -> None:
        for sale in self.any_sale(number):
            if sale["left"] and not sale["dispute"]:
                amount = int(sale["left"]) if number % 3 else 1 + number % int(sale["left"])
                sale["refund"], sale["refunded"] = self.stripe.refund(str(sale["id"]), amount)["id"], amount
                sale["left"] = int(sale["left"]) - amount
                self.enter("refunds", -amount, is_own=bool(sale["own"]))

    def fail_refund(self, number: int) -> None:
        for sale in self.any_sale(number):
            if sale["refund"] and not sale["dispute"]:
                self.stripe.fail_refund(str(sale["refund"]))
                sale["refund"], amount = "", int(sale["refunded"])
                sale["left"] = int(sale["left"]) + amount
                self.enter("refunds", amount, is_own=bool(sale["own"]))

    def dispute(self, number: int) -> None:
        for sale in self.any_sale(number):
            if sale["left"] and not sale["dispute"]:
                sale["dispute"] = self.stripe.open_dispute(str(sale["id"]), int(sale["left"]))["id"]
                self.enter("chargebacks", -int(sale["left"]), is_own=bool(sale["own"]))
                self.enter("dispute_fees", -DISPUTE_FEE, is_own=bool(sale["own"]))

    def decide(self, number: int) -> None:
        for sale in self.any_sale(number):
            if str(sale["dispute"]).startswith("du_"):
                outcome = "won" if number % 2 else "lost"
                self.stripe.close_dispute(str(sale["dispute"]), outcome)
                sale["dispute"] = outcome
                if outcome == "won":
                    self.enter("chargebacks", int(sale["left"]), is_own=bool(sale["own"]))

    def bill(self, number: int) -> None:
        self.stripe.bill(1 + number % 500)
        self.enter("other_fees", -1 - number % 500)

    def pay_out(self, number: int) -> None:
        if self.balance > 0:
            self.stripe.pay_out(automatic=False, amount=self.balance)
            self.enter("payouts", -self.balance)

    def wait(self, number: int) -> None:
        self.stripe.advance((1 + number % 40) * DAY)

    def any_sale(self, number: int) -> Iterator[dict[str, int | str]]:
        if self.sold:
            yield self.sold[number % len(self.sold)]


STEPS: list[Callable[[Account, int], None]] = [
    Account.sell,
    Account.refund,
    Account.fail_refund,
    Account.dispute,
    Account.decide,
    Account.bill,
    Account.pay_out,
    Account.wait,
]
HISTORIES = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 10**6)), min_size=1, max_size=40)


def sums(month: Month) -> dict[str, int]:
    found = {group.value: amount for group, amount in month.amounts.items() if group is not Group.FEES}
    found |= {name: getattr(month, name) for name in ("payment_fees", "dispute_fees", "other_fees")}
    return {name: amount for name, amount in found.items() if amount}


@pytest.fixture(scope="module")
def memory() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine, TABLES)
    with Session(engine) as session:
        yield session


@pytest.mark.sweep
@settings(max_examples=150, deadline=None)
@given(history=HISTORIES)
def test_sums_agree_to_the_cent_and_every_month_goes_on_where_the_one_before_ended(
    memory: Session, history: list[tuple[Callable[[Account, int], None], int]]
) -> None:
    account = Account()
    for step, number in history:
        step(account, number)
    enter_all(memory, account)
    months = accounts.balance_months(memory)
    assert {month.first: sums(month) for month in months if sums(month)} == {
        first: {name: amount for name, amount in found.items() if amount}
        for first, found in account.expected.items()
        if any(found.values())
    }
    for before, after in pairwise(months):
        assert after.opening == before.closing
    assert (months[-1].closing if months else 0) == account.balance
    own = Counter[str]()
    for month in accounts.sales_months(memory):
        own.update(sums(month))
    assert +own == +account.own
    assert -own == -account.own


def enter_all(session: Session, account: Account) -> None:
    """The account's transactions as the API shows them, twice, and our half of its sales."""
    session.rollback()
    with account.stripe.account.change() as store:
        shown = [
            expanded(account.stripe.account, each, ["source"]) for each in store.all("balance_transaction")
        ]
    transactions = [parse(StripeBalanceTransaction, each) for each in shown]
    for _ in range(2):
        listing.store(session, transactions[::-1])
    for number, sale in enumerate(sale for sale in account.sold if sale["own"]):
        session.add(ledger_row(number, sale))
    session.flush()


def ledger_row(number: int, sale: dict[str, int | str]) -> Payment:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    payment = Payment(
        order_id=number, checkout_session_id=str(sale["id"]), payment_intent=str(sale["intent"])
    )
    payment.amount_cents = payment.subtotal_cents = int(sale["amount"])
    payment.currency, payment.outcome, payment.paid_at, payment.recorded_at = "usd", "granted", moment, moment
    return payment
