"""How a gift ends: refunds, disputes, an operator, and what its redeemer keeps."""

import pytest
from sqlalchemy.orm import Session

from payments.fulfillment.fulfill import fulfill
from payments.gift_models import Gift, GiftRedemption
from payments.gifts import codes, comp
from payments.gifts import redeem as redeem_module
from payments.ledger import entries, manual_grants
from tests.payments.gift_shop import (
    code_of,
    give,
    has_pass,
    page_of,
    reader_of,
    redeem,
    refund,
)
from tests.support.payments import Shop


def test_a_refund_revokes_one_that_was_not_used(shop: Shop) -> None:
    anna = shop.browser()
    session_id = give(shop, anna)
    code = code_of(shop, session_id)
    refund(shop, session_id)
    answer = redeem(shop.browser(), code)
    assert (answer.status_code, "This gift has ended" in answer.text) == (409, True)
    page = anna.get(page_of(shop, session_id)).text
    assert "Ended: refunded" in page
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
    assert "The gift stays active." in shop.mails()[-1].text


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
    assert "The gift is active again." in shop.mails()[-1].text


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
    assert "Request a refund" in anna.get(page_of(shop, session_id)).text
    shop.stripe.open_dispute(session_id)
    fulfill(shop.context, session_id)
    page = anna.get(page_of(shop, session_id)).text
    assert "Request a refund" not in page
    assert "only your bank can refund it" in page


def test_an_operator_can_revoke_it_from_its_reader(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    with shop.services.db.write() as session:
        assert manual_grants.revoke(session, reader_of(shop, bob).id, "olga", "abuse") == 1
    assert not has_pass(shop, bob)


def test_the_redeemer_may_buy_a_pass_when_the_gift_has_ended(shop: Shop) -> None:
    session_id, bob = give(shop), shop.browser()
    redeem(bob, code_of(shop, session_id))
    refund(shop, session_id)
    fulfill(shop.context, shop.buy(bob))
    assert has_pass(shop, bob)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_one_that_is_revoked_while_its_redeemer_waits_is_not_redeemed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, signer = shop.services.db, shop.services.signer
    with db.write() as session:
        gift = comp.make(session, signer, "operator:1", "a thank-you")
        code = codes.reveal(signer, gift) or ""
    lock = entries.lock

    def wait(session: Session) -> None:
        monkeypatch.setattr(entries, "lock", lock)
        with db.write() as other:
            comp.revoke(other, other.get_one(Gift, gift.id), "operator:1", "a mistake")
        lock(session)

    monkeypatch.setattr(entries, "lock", wait)
    with db.write() as session:
        tried = redeem_module.redeem(session, code, redeem_module.Redeemer(None, "192.0.2.1", "a browser"))
    assert tried.outcome is redeem_module.Outcome.ENDED
    assert shop.count(GiftRedemption) == 0
