"""Passes that an operator grants and revokes."""

import pytest
from sqlalchemy import select

from carrel.accounts import readers
from carrel.audit import AuditEntry
from carrel.page_cache import current_versions
from payments.fulfillment.fulfill import fulfill
from payments.ledger import manual_grants
from payments.ledger.manual_grants import ReasonRequiredError
from payments.models import Grant
from tests.support.payments import Shop


def anonymous(shop: Shop) -> int:
    with shop.services.db.write() as session:
        return readers.create_anonymous(session).id


def test_a_gift_is_a_pass_and_every_process_hears_of_it(shop: Shop) -> None:
    reader_id, before = anonymous(shop), shop.read(current_versions)
    with shop.services.db.write() as session:
        manual_grants.grant(session, reader_id, "olga", "a prize")
    assert shop.ad_free() == [True]
    assert shop.read(current_versions) == (before.pages, before.audiences + 1)


def test_pay_29_it_is_answered_for_in_the_audit_log(shop: Shop) -> None:
    reader_id = anonymous(shop)
    with shop.services.db.write() as session:
        manual_grants.grant(session, reader_id, "olga", "a prize")
    (entry,) = shop.read(lambda session: session.scalars(select(AuditEntry)).all())
    assert (entry.actor, entry.action, entry.subject, entry.reason) == (
        "olga",
        "pass.give",
        f"reader:{reader_id}",
        "a prize",
    )
    assert (entry.before, entry.after) == ({"ad_free": False}, {"ad_free": True})


@pytest.mark.parametrize("reason", ["", "  "])
def test_pay_29_without_a_reason_nothing_is_done(shop: Shop, reason: str) -> None:
    reader_id = anonymous(shop)
    for act in (manual_grants.grant, manual_grants.revoke):
        with pytest.raises(ReasonRequiredError), shop.services.db.write() as session:
            act(session, reader_id, "olga", reason)
    assert shop.count(Grant) == 0


def test_taking_back_ends_what_was_given_and_what_was_bought(shop: Shop) -> None:
    fulfill(shop.context, shop.buy())
    with shop.services.db.write() as session:
        manual_grants.grant(session, 1, "olga", "a prize")
    with shop.services.db.write() as session:
        assert manual_grants.revoke(session, 1, "olga", "shared with a class") == 2
    assert shop.ad_free() == [False]


def test_taking_back_twice_takes_nothing_more(shop: Shop) -> None:
    reader_id = anonymous(shop)
    with shop.services.db.write() as session:
        manual_grants.grant(session, reader_id, "olga", "a prize")
        assert [manual_grants.revoke(session, reader_id, "olga", "a mistake") for _ in range(2)] == [1, 0]


def test_after_taking_back_one_can_give_again(shop: Shop) -> None:
    reader_id = anonymous(shop)
    with shop.services.db.write() as session:
        manual_grants.grant(session, reader_id, "olga", "a prize")
        manual_grants.revoke(session, reader_id, "olga", "a mistake")
        manual_grants.grant(session, reader_id, "olga", "no mistake after all")
    assert shop.ad_free() == [True]
