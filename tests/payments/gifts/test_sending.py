"""The mail to the recipient: on its day, only when money was paid, and not to pester anybody."""

from datetime import UTC, datetime, timedelta

import time_machine

from carrel import clock
from carrel.mail import suppression
from carrel.mail.models import OutboxMail, SuppressionKind
from carrel.services import Services
from payments.fulfillment.fulfill import fulfill
from payments.gifts.sending import MOST_MAILS
from tests.payments.gift_shop import code_of, gift_of, give, order_gift, page_of, redeem, refund, send_all
from tests.support.outbox import run as deliver_outbox
from tests.support.payments import Shop, press
from tests.support.smtp import FakeMailServer

BOB = "bob@example.org"


def mails_to(shop: Shop, address: str = BOB) -> list[OutboxMail]:
    """What was queued for somebody."""
    return [mail for mail in shop.mails() if mail.to_address == address]


def in_days(days: float) -> "time_machine.travel":
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)


def day_in(days: int) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def test_without_a_day_it_goes_out_as_soon_as_it_is_paid(shop: Shop) -> None:
    session_id = order_gift(shop, email=BOB, giver="Anna", message="Good luck!\nYou can do it.")
    assert send_all(shop) == 0
    shop.stripe.pay(session_id)
    fulfill(shop.context, session_id)
    assert send_all(shop) == 1
    (mail,) = mails_to(shop)
    assert "> Good luck!\n> You can do it." in mail.text
    assert "Anna has given you a pass" in mail.text
    for text in (mail.text, mail.html):
        assert f"/pass/redeem/{code_of(shop, session_id)}" in text
    assert mail.subject == "A gift for you at Carrel", "no word of the buyer's"
    assert send_all(shop) == 0


def test_it_goes_out_on_its_day_at_nine_and_not_before(shop: Shop) -> None:
    shop.set(time_zone="America/Chicago")
    with time_machine.travel(datetime(2026, 11, 28, 18, tzinfo=UTC), tick=False) as now:
        session_id = give(shop, email=BOB, day="2026-12-24")
        assert "December 24, 2026" in mails_to(shop, "anna@example.org")[0].text
        now.move_to(datetime(2026, 12, 24, 14, 59, tzinfo=UTC))
        assert (send_all(shop), mails_to(shop)) == (0, [])
        now.move_to(datetime(2026, 12, 24, 15, tzinfo=UTC))
        assert (send_all(shop), len(mails_to(shop))) == (1, 1)
    assert gift_of(shop, session_id).sent_count == 1


def test_the_words_of_the_buyer_are_text_and_nothing_else(shop: Shop) -> None:
    give(shop, email=BOB, giver="<b>Anna</b>", message="<img src=x> & {{ 7*7 }}")
    send_all(shop)
    (mail,) = mails_to(shop)
    assert "<b>Anna</b>" not in mail.html
    assert "<img src=x>" not in mail.html
    assert "&lt;img src=x&gt; &amp; {{ 7*7 }}" in mail.html
    assert "{{ 7*7 }}" in mail.text


def test_a_gift_that_cost_nothing_is_not_mailed(shop: Shop) -> None:
    shop.set(pass_promotion_codes=True)
    browser = shop.browser()
    session_id = order_gift(shop, browser, email=BOB)
    shop.stripe.pay_nothing(session_id)
    fulfill(shop.context, session_id)
    send_all(shop)
    assert (mails_to(shop), gift_of(shop, session_id).recipient) == ([], None)
    assert "Email it" not in browser.get(page_of(shop, session_id)).text
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 200


def test_what_was_refunded_or_used_before_its_day_is_not_mailed(shop: Shop) -> None:
    refunded, used = (give(shop, email=BOB, day=day_in(10)) for _ in range(2))
    code = code_of(shop, used)
    refund(shop, refunded)
    redeem(shop.browser(), code)
    with in_days(11):
        send_all(shop)
    assert mails_to(shop) == []
    assert {gift_of(shop, each).recipient for each in (refunded, used)} == {None}


def test_a_disputed_gift_waits(shop: Shop) -> None:
    session_id = give(shop, email=BOB)
    dispute = shop.stripe.open_dispute(session_id)["id"]
    fulfill(shop.context, session_id)
    assert (send_all(shop), mails_to(shop)) == (1, [])
    shop.stripe.close_dispute(dispute, "won")
    fulfill(shop.context, session_id)
    assert send_all(shop) == 0
    with in_days(2):
        send_all(shop)
    assert len(mails_to(shop)) == 1


def again(shop: Shop, browser: object, session_id: str, **form: str) -> int:
    page = page_of(shop, session_id)
    return int(press(browser, page, f"{page}/send", **form).status_code)  # type: ignore[arg-type]


def test_the_buyer_has_it_sent_again_three_times_at_most(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser, email=BOB)
    send_all(shop)
    for _ in range(MOST_MAILS - 1):
        assert again(shop, browser, session_id) == 303
        send_all(shop)
    page = page_of(shop, session_id)
    assert browser.post(f"{page}/send", data={"csrf_token": shop.token(browser)}).status_code == 409
    assert len(mails_to(shop)) == MOST_MAILS
    assert "Email it again" not in browser.get(page).text


def test_pressing_it_twice_is_one_mail(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser, email=BOB)
    for _ in range(3):
        again(shop, browser, session_id)
    send_all(shop)
    assert len(mails_to(shop)) == 1


def test_another_address_gets_another_code(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser, email="bbo@example.org")
    send_all(shop)
    mistyped = code_of(shop, session_id)
    assert again(shop, browser, session_id, email=BOB) == 303
    send_all(shop)
    assert code_of(shop, session_id) in mails_to(shop)[0].text
    assert redeem(shop.browser(), mistyped).status_code == 404
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 200


def test_one_that_was_to_be_handed_over_keeps_its_code_when_it_is_mailed_after_all(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser)
    code = code_of(shop, session_id)
    assert again(shop, browser, session_id, email=BOB) == 303
    send_all(shop)
    assert code in mails_to(shop)[0].text
    assert again(shop, browser, session_id, email="no address") == 400


def test_the_words_are_not_to_be_changed_afterwards(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser, email=BOB, message="Good luck")
    again(shop, browser, session_id, message="Buy pills", giver="Mallory")
    send_all(shop)
    assert "> Good luck" in mails_to(shop)[0].text
    assert "pills" not in mails_to(shop)[0].text


def test_a_used_gift_is_not_sent_again(shop: Shop) -> None:
    browser = shop.browser()
    session_id = give(shop, browser, email=BOB)
    redeem(shop.browser(), code_of(shop, session_id))
    page = page_of(shop, session_id)
    form = {"csrf_token": shop.token(browser), "email": BOB}
    assert browser.post(f"{page}/send", data=form).status_code == 409


def test_one_address_gets_three_gifts_a_day_and_the_others_later(shop: Shop) -> None:
    for _ in range(5):
        give(shop, email=BOB)
    send_all(shop)
    assert len(mails_to(shop)) == 3
    with in_days(1.1):
        send_all(shop)
    assert len(mails_to(shop)) == 5


def test_an_address_that_must_not_be_mailed_is_not(
    shop: Shop, post: Services, mail_server: FakeMailServer
) -> None:
    with shop.services.db.write() as session:
        suppression.suppress(session, BOB, SuppressionKind.BY_HAND)
    browser = shop.browser()
    session_id = give(shop, browser, email=BOB)
    send_all(shop)
    deliver_outbox(post)
    assert BOB not in {mail.message["To"] for mail in mail_server.mails}
    assert "could not be delivered" in browser.get(page_of(shop, session_id)).text
