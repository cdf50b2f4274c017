"""Steps of the accountant's tests: read everything that Stripe has, also when it was read a moment ago."""

from datetime import timedelta

from sqlalchemy import update

from carrel import clock
from payments.account_models import BalanceListing
from payments.balance import listing
from tests.support.payments import Shop


def read_all(shop: Shop) -> int:
    """Read until nothing is left. How often it was needed."""
    count = 1
    while listing.read_next(shop.context):
        count += 1
        assert count < 1_000
    return count


def read_again(shop: Shop) -> None:
    """The same, two hours later."""
    long_ago = clock.now() - timedelta(hours=2)
    with shop.services.db.write() as session:
        session.execute(update(BalanceListing).values(complete_until=long_ago))
    read_all(shop)
