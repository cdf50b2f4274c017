"""A later release has added to the schema; the processes of this one, still running, go on selling (DATA-14)."""

import pytest
from sqlalchemy import text

from payments.models import Grant, Payment
from tests.faults.later_release import EXPANSION, REVISION
from tests.support.payments import Till

pytestmark = pytest.mark.own_database


def test_data_14_a_purchase_that_began_before_the_migration_ends_after_it(till: Till) -> None:
    before, after = till.browser(), till.browser()
    begun = till.order(before)
    with till.services.db.write() as session:
        for statement in EXPANSION:
            session.execute(text(statement))
        session.execute(text(f"UPDATE alembic_version SET version_num = '{REVISION}'"))  # noqa: S608 - a constant
    till.stripe.pay(begun)
    till.buy(after)
    assert set(till.deliver_all()) == {200}
    assert (till.count(Payment), till.count(Grant)) == (2, 2)
    assert 'id="page-thanks"' in before.get("/").text
