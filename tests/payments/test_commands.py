"""The operator's commands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result

from carrel.accounts import readers
from carrel.services import Services
from payments import commands
from payments.fulfillment.fulfill import fulfill
from payments.models import Payment
from tests.support.payments import Shop

Run = Callable[..., Result]


@pytest.fixture
def run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the test's database."""

    @contextmanager
    def test_services() -> Iterator[Services]:
        yield shop.services

    monkeypatch.setattr(commands, "_services", test_services)
    return lambda command, *arguments: CliRunner().invoke(command, arguments)


def reconcile(run: Run, *arguments: str) -> Result:
    return run(commands.reconcile_command, *arguments)


def rebuild(run: Run, *arguments: str) -> Result:
    return run(commands.entitlements, "rebuild", *arguments)


def test_reconcile_tells_and_changes_nothing(shop: Shop, run: Run) -> None:
    session_id = shop.buy()
    result = reconcile(run)
    assert result.output.splitlines() == [
        f"{session_id} was paid, and the ledger does not have it.",
        "1 differences in the last 3 days, 1 left.",
    ]
    assert (result.exit_code, shop.count(Payment)) == (1, 0)


def test_reconcile_enters_what_is_missing(shop: Shop, run: Run) -> None:
    shop.buy()
    result = reconcile(run, "--apply")
    assert result.output.splitlines()[0].endswith("the ledger does not have it. Fixed.")
    assert (result.exit_code, shop.ad_free(), reconcile(run).exit_code) == (0, [True], 0)


def test_reconcile_says_when_stripe_cannot_be_asked(shop: Shop, run: Run) -> None:
    shop.stripe.api.down()
    result = reconcile(run)
    assert (result.exit_code, "Stripe could not be reached" in result.output) == (2, True)


def test_reconcile_says_when_nothing_is_sold(shop: Shop, run: Run) -> None:
    shop.set(stripe_webhook_secret=())
    assert (reconcile(run).exit_code, "Sales are off" in reconcile(run).output) == (2, True)


def test_rebuild_finds_nothing_where_all_is_well(shop: Shop, run: Run) -> None:
    fulfill(shop.context, shop.buy())
    assert (rebuild(run).output, rebuild(run).exit_code) == ("0 differences.\n", 0)


def test_rebuild_tells_differences_and_sets_them_right_when_asked(shop: Shop, run: Run) -> None:
    fulfill(shop.context, shop.buy())
    shop.order(shop.browser())
    with shop.services.db.write() as session:
        readers.set_ad_free(session, 1, False)
        readers.set_ad_free(session, 2, True)
    result = rebuild(run)
    assert result.output.splitlines() == [
        "Reader 1 has no pass, but by the ledger: bought.",
        "Reader 2 has the pass, but by the ledger: never.",
        "2 differences.",
    ]
    assert (result.exit_code, shop.ad_free()) == (1, [False, True])
    assert rebuild(run, "--apply").exit_code == 0
    assert shop.ad_free() == [True, False]
