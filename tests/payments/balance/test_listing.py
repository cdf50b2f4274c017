"""Balance transactions are listed once, again, and after a kill, and are Stripe's in the end."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from carrel import clock
from carrel.mail.models import Alarm
from payments.account_models import BalanceListing, BalanceTransaction
from payments.balance import listing
from payments.fulfillment.fulfill import fulfill
from payments.stripe import client
from tests.payments.balance.accounting import read_all
from tests.support.payments import Shop
from website.demo.fake_stripe import Fees

pytestmark = pytest.mark.both_databases
LIST = "GET /v1/balance_transactions"


def stored(shop: Shop) -> dict[str, tuple[Any, ...]]:
    return {
        row.stripe_id: (row.type, row.category, row.amount_cents, row.fee_cents, row.net_cents, row.currency)
        for row in shop.rows(BalanceTransaction)
    }


def at_stripe(shop: Shop) -> dict[str, tuple[Any, ...]]:
    names = ("type", "reporting_category", "amount", "fee", "net", "currency")
    return {each["id"]: tuple(each[name] for name in names) for each in shop.stripe.balance_transactions()}


def later(hours: float) -> Any:
    return time_machine.travel(clock.now() + timedelta(hours=hours), tick=False)


@pytest.fixture
def lived(shop: Shop) -> Shop:
    """A payment, one refunded, one disputed, a fee, and something that is not ours."""
    paid, refunded, disputed = (shop.buy() for _ in range(3))
    for each in (paid, refunded, disputed):
        fulfill(shop.context, each)
    shop.stripe.refund(refunded, 100)
    shop.stripe.open_dispute(disputed)
    shop.stripe.sell_unrelated_product()
    shop.stripe.bill(25)
    return shop


def test_everything_is_read_page_by_page_and_is_what_stripe_has(
    lived: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 2)
    assert read_all(lived) == 4
    assert len(stored(lived)) == 7
    assert stored(lived) == at_stripe(lived)


def test_a_payment_of_ours_is_known_by_its_payment_intent(lived: Shop) -> None:
    read_all(lived)
    intents = {
        row.source_id[:3]: row.payment_intent for row in lived.rows(BalanceTransaction) if row.source_id
    }
    assert all(str(intent).startswith("pi_") for intent in intents.values())
    (fee,) = [row for row in lived.rows(BalanceTransaction) if row.category == "fee"]
    assert (fee.source_id, fee.payment_intent, fee.customer_cents) == (None, None, None)


def test_nothing_is_asked_again_within_the_hour(lived: Shop) -> None:
    read_all(lived)
    asked = len(lived.stripe.api.sent(LIST))
    listing.run_step(lived.services)
    assert len(lived.stripe.api.sent(LIST)) == asked
    with later(1.1):
        read_all(lived)
    assert len(lived.stripe.api.sent(LIST)) > asked


def test_reading_again_enters_nothing_twice_and_takes_over_what_is_new_or_restated(lived: Shop) -> None:
    read_all(lived)
    restated = next(iter(at_stripe(lived)))
    lived.stripe.change(restated, fee=40, net=459)
    lived.stripe.bill(10)
    with later(2):
        read_all(lived)
    assert len(stored(lived)) == 8
    assert stored(lived) == at_stripe(lived)


def test_a_later_pass_asks_for_the_last_thirty_days_only(lived: Shop) -> None:
    read_all(lived)
    with later(2):
        read_all(lived)
    first, second = lived.stripe.api.sent(LIST)
    assert "created" not in first.params
    since = clock.now() - timedelta(days=30)
    assert abs(second.params["created"]["gte"] - since.timestamp()) < 60


def test_a_pass_that_was_killed_goes_on_with_the_next_page(
    lived: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 3)
    assert listing.read_next(lived.context)
    assert len(stored(lived)) == 3
    lived.stripe.api.fail(503, path=LIST)
    listing.run_step(lived.services)  # the next turn, of this worker or another
    read_all(lived)
    assert stored(lived) == at_stripe(lived)
    assert lived.read(listing.complete_until) is not None


def test_a_pass_whose_place_stripe_does_not_know_begins_again(
    lived: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 3)
    assert listing.read_next(lived.context)
    with lived.services.db.write() as session:  # the key is now another account's, or no longer test mode's
        session.get_one(BalanceListing, listing.ONLY_ROW).cursor = "txn_of_another_account"
    listing.run_step(lived.services)
    read_all(lived)
    assert stored(lived) == at_stripe(lived)
    assert lived.read(listing.complete_until) is not None


def test_what_happens_during_a_pass_is_found_by_the_next(
    lived: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 3)
    assert listing.read_next(lived.context)
    lived.stripe.bill(10)
    read_all(lived)
    assert len(stored(lived)) == 7
    with later(2):
        read_all(lived)
    assert stored(lived) == at_stripe(lived)


def test_two_workers_that_read_the_same_page_leave_one_pass(
    lived: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 3)
    listing.run_step(lived.services)
    real = lived.context.stripe.balance_page

    def slow(*args: Any) -> Any:
        page = real(*args)
        monkeypatch.setattr(lived.context.stripe, "balance_page", real)
        read_all(lived)  # the other worker, meanwhile, to the end
        return page

    monkeypatch.setattr(lived.context.stripe, "balance_page", slow)
    listing.run_step(lived.services)
    state = lived.read(lambda session: session.scalars(select(BalanceListing)).one())
    assert (state.began_at, state.cursor) == (None, "")
    assert stored(lived) == at_stripe(lived)


def test_a_clock_that_was_set_back_does_not_stop_it(lived: Shop) -> None:
    with later(24 * 400):
        read_all(lived)
    lived.stripe.bill(10)
    read_all(lived)
    assert stored(lived) == at_stripe(lived)


def test_a_transaction_that_does_not_add_up_is_told_and_nothing_is_summed(lived: Shop) -> None:
    lived.stripe.change(next(iter(at_stripe(lived))), net=1)
    for _ in range(3):
        listing.run_step(lived.services)
    assert [(alarm.key, alarm.count) for alarm in lived.rows(Alarm)] == [("balance-unreadable", 1)]
    assert lived.read(listing.complete_until) is None


def test_the_tax_within_a_fee_and_the_rate_are_kept(shop: Shop) -> None:
    shop.stripe.charge_fees(Fees(currency="eur", rate=Decimal("0.9"), tax_percent=Decimal(20)))
    fulfill(shop.context, shop.buy())
    read_all(shop)
    (row,) = shop.rows(BalanceTransaction)
    assert (row.currency, row.amount_cents, row.fee_cents, row.fee_tax_cents) == ("eur", 449, 52, 9)
    assert (row.customer_currency, row.customer_cents, row.exchange_rate) == ("usd", 499, "0.9")


def test_no_description_and_no_address_is_kept(lived: Shop) -> None:
    read_all(lived)
    rows = [
        [getattr(row, column.key) for column in BalanceTransaction.__table__.columns]
        for row in lived.rows(BalanceTransaction)
    ]
    assert "@" not in str(rows)
    assert "Something else" not in str(rows)


def test_the_worker_reads_a_page_each_turn_and_keeps_nobody_waiting(
    lived: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 3)
    turns = [(listing.run_step(lived.services), len(stored(lived))) for _ in range(3)]
    assert turns == [(False, 3), (False, 6), (False, 7)]


def test_without_sales_nothing_is_asked(shop: Shop) -> None:
    shop.set(stripe_webhook_secret=())
    listing.run_step(shop.services)
    assert not shop.stripe.api.requests
