"""Redeeming a gift, and what becomes of it afterwards."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from carrel.accounts import erasure, export, hooks, readers
from carrel.mail.models import OutboxMail
from payments.fulfillment.fulfill import fulfill
from payments.gift_models import Gift, GiftRedemption
from payments.ledger import manual_grants
from payments.ledger.rebuild import find_mismatches
from payments.models import Grant
from payments.reconciliation.reconcile import reconcile
from tests.payments.gift_shop import (
    REDEEM,
    code_of,
    gift_of,
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
    assert page.headers["Referrer-Policy"] in {"same-origin", "origin"}
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
    assert (answer.status_code, "You have the pass already" in answer.text) == (409, True)
    assert shop.count(GiftRedemption) == 0
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 200


def test_it_works_once(shop: Shop) -> None:
    session_id, bob, carl = give(shop), shop.browser(), shop.browser()
    code = code_of(shop, session_id)
    redeem(bob, code)
    answer = redeem(carl, code)
    assert (answer.status_code, "used already" in answer.text) == (409, True)
    assert (shop.count(GiftRedemption), shop.cookie(carl)) == (1, "")
    assert redeem(bob, code).status_code == 200, "it says that the ads are gone, as they are"


def test_a_wrong_code_says_nothing_else(shop: Shop) -> None:
    give(shop)
    answer = redeem(shop.browser(), "ABCDE-FGHJK-LMNPQ-RSTUV")
    assert (answer.status_code, "We know no gift with this code" in answer.text) == (404, True)
    malformed = redeem(shop.browser(), "hello")
    assert (malformed.status_code, "20 letters and digits" in malformed.text) == (400, True)


def test_a_refund_revokes_one_that_was_not_used(shop: Shop) -> None:
    anna = shop.browser()
    session_id = give(shop, anna)
    code = code_of(shop, session_id)
    refund(shop, session_id)
    answer = redeem(shop.browser(), code)
    assert (answer.status_code, "This gift has ended" in answer.text) == (409, True)
    page = anna.get(page_of(shop, session_id)).text
    assert "Ended: the payment was returned" in page
    assert code not in page
    assert "its code no longer works" in shop.mails()[-1].text


def test_the_buyers_button_revokes_one_that_was_used(shop: Shop) -> None:
    anna, bob = shop.browser(), shop.browser()
    session_id = give(shop, anna)
    redeem(bob, code_of(shop, session_id))
    reference = page_of(shop, session_id).rpartition("/")[2]
    answer = anna.post("/pass/refund", data={"csrf_token": shop.token(anna), "order": reference})
    assert answer.status_code == 303
    assert not has_pass(shop, bob)
    assert "You do not have the pass" in bob.get("/account/").text


def test_who_redeemed_it_cannot_refund_it(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    reference = page_of(shop, session_id).rpartition("/")[2]
    answer = bob.post("/pass/refund", data={"csrf_token": shop.token(bob), "order": reference})
    assert answer.status_code == 409
    assert has_pass(shop, bob)


def test_a_partial_refund_leaves_it(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    refund(shop, session_id, amount=100)
    assert has_pass(shop, bob)
    assert "The gift stays." in shop.mails()[-1].text


def test_a_dispute_takes_it_away_and_a_won_one_gives_it_back(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    dispute = shop.stripe.open_dispute(session_id)["id"]
    fulfill(shop.context, session_id)
    assert not has_pass(shop, bob)
    assert "the gift is suspended" in shop.mails()[-1].text
    shop.stripe.close_dispute(dispute, "won")
    fulfill(shop.context, session_id)
    assert has_pass(shop, bob)
    assert "The gift stands again." in shop.mails()[-1].text


def test_while_it_is_disputed_nobody_redeems_it(shop: Shop) -> None:
    session_id = give(shop)
    dispute = shop.stripe.open_dispute(session_id)["id"]
    fulfill(shop.context, session_id)
    answer = redeem(shop.browser(), code_of(shop, session_id))
    assert (answer.status_code, "suspended" in answer.text) == (409, True)
    shop.stripe.close_dispute(dispute, "lost")
    fulfill(shop.context, session_id)
    assert "This gift has ended" in redeem(shop.browser(), code_of(shop, session_id)).text


def test_while_it_is_disputed_there_is_no_button_for_the_money(shop: Shop) -> None:
    anna = shop.browser()
    session_id = give(shop, anna)
    assert "Give me my money back" in anna.get(page_of(shop, session_id)).text
    shop.stripe.open_dispute(session_id)
    fulfill(shop.context, session_id)
    page = anna.get(page_of(shop, session_id)).text
    assert "Give me my money back" not in page
    assert "only the bank can return the money" in page


def test_an_operator_can_revoke_it_from_its_reader(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    with shop.services.db.write() as session:
        assert manual_grants.revoke(session, reader_of(shop, bob).id, "olga", "abuse") == 1
    assert not has_pass(shop, bob)


def test_n3_a_gift_is_one_grant_however_often_stripe_tells_of_it(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    for _ in range(3):
        shop.deliver_all()
        reconcile(shop.context)
    assert (shop.count(Grant), shop.count(GiftRedemption)) == (1, 1)
    assert shop.alarms() == []
    assert list(find_mismatches(shop.services.db)) == []


def test_the_redeemer_may_buy_a_pass_when_the_gift_has_ended(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    refund(shop, session_id)
    fulfill(shop.context, shop.buy(bob))
    assert has_pass(shop, bob)


def test_data_20_a_buyer_who_leaves_takes_their_words_and_the_address_and_the_gift_stays(shop: Shop) -> None:
    anna = shop.browser()
    used = give(shop, anna)
    unused = give(shop, anna, giver="Anna A.", message="Good luck", email="bob@example.org", day="")
    bob = shop.browser()
    redeem(bob, code_of(shop, used))
    with shop.services.db.write() as session:
        reader = readers.get(session, reader_of(shop, anna).id)
        erasure.erase(session, shop.services.settings, reader)
    gift = gift_of(shop, unused)
    assert (gift.giver, gift.message, gift.recipient, gift.recipient_key, gift.send_at) == (
        "",
        "",
        None,
        None,
        None,
    )
    assert has_pass(shop, bob)
    assert redeem(shop.browser(), code_of(shop, unused)).status_code == 200


def test_data_20_a_recipient_who_leaves_is_not_mailed(shop: Shop) -> None:
    session_id = give(shop, email="bob@example.org", message="for Bob")
    bob = make_reader(shop.services.db, "bob@example.org")
    with shop.services.db.write() as session:
        erasure.erase(session, shop.services.settings, readers.get(session, bob.id))
    assert gift_of(shop, session_id).recipient is None
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 200


def test_the_export_of_each_says_what_concerns_them_and_not_who_the_other_is(shop: Shop) -> None:
    anna, bob = shop.browser(), shop.browser()
    session_id = give(shop, anna, message="Good luck", email="bob@example.org")
    of_anna = _export(shop, anna)
    assert '"recipient": "bob@example.org"' in of_anna
    assert '"used": false' in of_anna
    redeem(bob, code_of(shop, session_id))
    of_anna, of_bob = _export(shop, anna), _export(shop, bob)
    assert '"used": true' in of_anna
    assert "bob@example.org" not in of_anna
    assert len(json.loads(of_bob)["redeemed_gifts"]) == 1
    assert "anna" not in of_bob
    assert page_of(shop, session_id).rpartition("/")[2] not in of_bob


def _export(shop: Shop, browser: object) -> str:
    reader_id = reader_of(shop, browser).id  # type: ignore[arg-type]
    return json.dumps(shop.read(lambda session: export.export(session, readers.get(session, reader_id))))


def test_the_words_go_when_the_gift_is_used(shop: Shop) -> None:
    session_id = give(shop, giver="Anna", message="Good luck")
    redeem(shop.browser(), code_of(shop, session_id))
    gift = gift_of(shop, session_id)
    assert (gift.giver, gift.message) == ("", "")


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
