"""Redeeming a gift, and what becomes of it afterwards."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from carrel.accounts import hooks, readers
from carrel.mail.models import OutboxMail
from payments.gift_models import Gift, GiftRedemption
from payments.ledger.rebuild import find_mismatches
from payments.models import Grant
from payments.reconciliation.reconcile import reconcile
from tests.payments.gift_shop import (
    REDEEM,
    code_of,
    give,
    has_pass,
    page_of,
    reader_of,
    redeem,
    refund,
)
from tests.support.accounts import make_reader, make_session
from tests.support.payments import Shop


def test_whoever_types_the_code_has_the_pass_in_this_browser(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    answer = redeem(bob, code_of(shop, session_id))
    assert (answer.status_code, "The ads are gone" in answer.text) == (200, True)
    assert has_pass(shop, bob)
    assert "It was a gift" in bob.get("/account/").text
    assert bob.get("/me").get_json()["edition"] == "pass"


def test_the_link_fills_in_the_code_and_changes_nothing(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    code = code_of(shop, session_id)
    for _ in range(3):
        page = bob.get(f"{REDEEM}{code}")
        assert (page.status_code, f'value="{code}"' in page.text) == (200, True)
        bob.head(f"{REDEEM}{code}")
    assert page.headers["Referrer-Policy"] == "origin"
    assert (shop.count(GiftRedemption), shop.cookie(bob)) == (0, "")
    assert redeem(bob, code).status_code == 200


def test_signed_in_it_belongs_to_the_account(shop: Shop) -> None:
    session_id = give(shop)
    bob = make_reader(shop.services.db, "bob@example.org")
    browser = shop.with_session(make_session(shop.services.db, bob))
    assert "bob@example.org" in browser.get(REDEEM).text
    redeem(browser, code_of(shop, session_id))
    assert has_pass(shop, shop.with_session(make_session(shop.services.db, bob)))


def test_without_an_account_it_follows_to_the_address_that_is_proven_there(shop: Shop) -> None:
    session_id, browser = give(shop), shop.browser()
    redeem(browser, code_of(shop, session_id))
    anonymous = reader_of(shop, browser)
    bob = make_reader(shop.services.db, "bob@example.org")
    with shop.services.db.write() as session:
        readers.merge(session, readers.get(session, anonymous.id), readers.get(session, bob.id))
    assert has_pass(shop, shop.with_session(make_session(shop.services.db, bob)))
    refund(shop, session_id)
    assert not has_pass(shop, browser)
    assert list(find_mismatches(shop.services.db)) == []


def test_the_buyer_may_use_it_themselves(shop: Shop) -> None:
    anna = shop.browser()
    session_id = give(shop, anna)
    redeem(anna, code_of(shop, session_id))
    assert has_pass(shop, anna)
    refund(shop, session_id)
    assert not has_pass(shop, anna)


def test_who_has_the_pass_keeps_the_code_for_somebody_else(shop: Shop) -> None:
    session_id = give(shop)
    bob = shop.with_session(
        make_session(shop.services.db, make_reader(shop.services.db, "bob@example.org", ad_free=True))
    )
    answer = redeem(bob, code_of(shop, session_id))
    assert (answer.status_code, "Your pass is already active" in answer.text) == (409, True)
    assert shop.count(GiftRedemption) == 0
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 200


def test_it_works_once(shop: Shop) -> None:
    session_id, bob, carl = give(shop), shop.browser(), shop.browser()
    code = code_of(shop, session_id)
    redeem(bob, code)
    answer = redeem(carl, code)
    assert (answer.status_code, "already used" in answer.text) == (409, True)
    assert (shop.count(GiftRedemption), shop.cookie(carl)) == (1, "")
    assert redeem(bob, code).status_code == 200, "it says that the ads are gone, as they are"


def test_a_wrong_code_says_nothing_else(shop: Shop) -> None:
    give(shop)
    answer = redeem(shop.browser(), "ABCDE-FGHJK-LMNPQ-RSTUV")
    assert (answer.status_code, "No gift has this code" in answer.text) == (404, True)
    malformed = redeem(shop.browser(), "hello")
    assert (malformed.status_code, "20 letters and digits" in malformed.text) == (400, True)


def test_n3_a_gift_is_one_grant_however_often_stripe_tells_of_it(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    for _ in range(3):
        shop.deliver_all()
        reconcile(shop.context)
    assert (shop.count(Grant), shop.count(GiftRedemption)) == (1, 1)
    assert shop.alarms() == []
    assert list(find_mismatches(shop.services.db)) == []


def test_an_anonymous_buyer_finds_their_gift_in_their_account(shop: Shop) -> None:
    session_id = give(shop, paid={"email": "anna@example.org"})
    anna = make_reader(shop.services.db)
    with shop.services.db.write() as session:
        hooks.address_proven(session, readers.get(session, anna.id))
    browser = shop.with_session(make_session(shop.services.db, anna))
    assert page_of(shop, session_id) in browser.get("/account/").text
    assert not has_pass(shop, browser)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM gift_redemption",
        "UPDATE gift_redemption SET grant_id = 2",
        "UPDATE gift_redemption SET gift_id = 2",
        "INSERT INTO gift_redemption SELECT gift_id, grant_id, reader_id, redeemed_at FROM gift_redemption",
        "UPDATE pass_gift SET order_id = NULL",
        "UPDATE pass_gift SET actor = 'olga', reason = 'x'",
        "DELETE FROM pass_gift",
        "UPDATE pass_gift SET recipient = 'x@example.org', recipient_key = NULL",
    ],
)
def test_the_database_itself_keeps_a_redemption_as_it_is(shop: Shop, statement: str) -> None:

    session_id = give(shop)
    redeem(shop.browser(), code_of(shop, session_id))
    with pytest.raises(DatabaseError), shop.services.db.write() as session:
        session.execute(text(statement))
    assert (shop.count(GiftRedemption), shop.count(Gift)) == (1, 1)


def test_no_mail_tells_the_buyer_who_used_it(shop: Shop) -> None:
    session_id = give(shop)
    bob = make_reader(shop.services.db, "bob@example.org")
    redeem(shop.with_session(make_session(shop.services.db, bob)), code_of(shop, session_id))
    refund(shop, session_id)
    assert all("bob" not in f"{mail.text}{mail.to_address}" for mail in shop.rows(OutboxMail))
