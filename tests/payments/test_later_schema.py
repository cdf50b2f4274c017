"""A later release has extended the schema; running processes of this one still sell (DATA-14)."""

import pytest
from sqlalchemy import text

from payments.models import Grant, Payment
from tests.faults.later_release import EXPANSION, REVISION
from tests.support.payments import Shop

pytestmark = pytest.mark.own_database


def test_data_14_a_purchase_that_began_before_the_migration_ends_after_it(shop: Shop) -> None:
    before, after = shop.browser(), shop.browser()
    begun = shop.order(before)
    with shop.services.db.write() as session:
        for statement in EXPANSION:
            session.execute(text(statement))
        session.execute(text(f"UPDATE alembic_version SET version_num = '{REVISION}'"))  # noqa: S608 - a constant
    shop.stripe.pay(begun)
    shop.buy(after)
    assert set(shop.deliver_all()) == {200}
    assert (shop.count(Payment), shop.count(Grant)) == (2, 2)
    assert 'id="page-thanks"' in before.get("/").text
