"""What of a gift goes, and what stays, when one of its two people leaves."""

import json

from carrel.accounts import erasure, export, readers
from tests.payments.gift_shop import (
    code_of,
    gift_of,
    give,
    has_pass,
    page_of,
    reader_of,
    redeem,
)
from tests.support.accounts import make_reader
from tests.support.payments import Shop


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


def test_data_20_somebody_without_an_address_who_leaves_takes_no_words_of_others(shop: Shop) -> None:
    session_id, stranger = give(shop, giver="Anna", message="for Bob"), shop.browser()
    redeem(stranger, code_of(shop, give(shop)))
    with shop.services.db.write() as session:
        reader = readers.get(session, reader_of(shop, stranger).id)
        assert reader.email_key is None
        erasure.erase(session, shop.services.settings, reader)
    gift = gift_of(shop, session_id)
    assert (gift.giver, gift.message) == ("Anna", "for Bob")


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
