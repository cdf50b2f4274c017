"""How long a gift's address and words are kept."""

import pytest
from sqlalchemy import select

from carrel.mail.models import OutboxMail
from carrel.services import Services
from payments import retention
from payments.fulfillment.fulfill import fulfill
from payments.models import Payment
from tests.payments.gift_shop import code_of, gift_of, give, order_gift, redeem, send_all
from tests.payments.gifts.test_sending import BOB, day_in, in_days, mails_to
from tests.support.outbox import run as deliver_outbox
from tests.support.payments import Shop
from tests.support.smtp import FakeMailServer


@pytest.mark.parametrize("days", [0.5, 29])
def test_data_21_address_and_words_go_thirty_days_after_the_mail(shop: Shop, days: float) -> None:
    session_id = give(shop, email=BOB, giver="Anna", message="Good luck")
    send_all(shop)
    with in_days(days):
        retention.run_step(shop.services)
    assert gift_of(shop, session_id).recipient == BOB
    with in_days(31):
        while retention.run_step(shop.services):
            pass
    gift = gift_of(shop, session_id)
    assert (gift.recipient, gift.recipient_key, gift.giver, gift.message) == (None, None, "", "")
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 200


def test_data_21_words_on_paper_are_kept_for_a_year_and_those_that_wait_until_their_day(shop: Shop) -> None:
    printed = give(shop, message="Good luck")
    waiting = give(shop, email=BOB, message="Good luck", day=day_in(364))
    with in_days(360):
        retention.run_step(shop.services)
    assert gift_of(shop, printed).message == "Good luck"
    with in_days(366):
        retention.run_step(shop.services)
        assert (gift_of(shop, printed).message, gift_of(shop, waiting).message) == ("", "Good luck")
        send_all(shop)
    assert len(mails_to(shop)) == 1


def test_data_21_what_was_never_paid_for_is_forgotten_within_a_day(shop: Shop) -> None:
    expired, abandoned = order_gift(shop, email=BOB), order_gift(shop, email=BOB)
    shop.stripe.expire(expired)
    fulfill(shop.context, expired)
    retention.run_step(shop.services)
    assert (gift_of(shop, expired).recipient, gift_of(shop, abandoned).recipient) == (None, BOB)
    with in_days(1.1):
        retention.run_step(shop.services)
    assert gift_of(shop, abandoned).recipient is None


def test_data_21_what_can_never_be_mailed_is_forgotten_a_year_after_its_day(shop: Shop) -> None:
    session_id = order_gift(shop, email=BOB, message="Good luck", day=day_in(20))
    shop.stripe.pay(session_id, currency="chf")
    fulfill(shop.context, session_id)
    assert (shop.rows(Payment)[0].outcome, send_all(shop)) == ("held", 0)
    with in_days(384):
        retention.run_step(shop.services)
    assert gift_of(shop, session_id).recipient == BOB
    with in_days(386):
        retention.run_step(shop.services)
    gift = gift_of(shop, session_id)
    assert (gift.recipient, gift.recipient_key, gift.message) == (None, None, "")


def test_data_21_the_gift_of_an_unpaid_order_goes_with_it(shop: Shop) -> None:
    order_gift(shop)
    with in_days(91):
        while retention.run_step(shop.services):
            pass
    assert (
        shop.read(
            lambda session: session.connection().exec_driver_sql("SELECT count(*) FROM pass_gift").scalar()
        )
        == 0
    )


def test_the_outbox_forgets_address_and_code_once_it_is_sent(
    shop: Shop, post: Services, mail_server: FakeMailServer
) -> None:
    session_id = give(shop, email=BOB)
    send_all(shop)
    deliver_outbox(post)
    assert {mail.message["To"] for mail in mail_server.mails} == {BOB, "anna@example.org"}
    assert {(mail.state, mail.to_address, mail.text, mail.html) for mail in shop.mails()} == {
        ("sent", "", "", "")
    }
    with shop.services.db.read() as session:
        rows = session.scalars(select(OutboxMail)).all()
    assert code_of(shop, session_id) not in " ".join(str(vars(row)) for row in rows)
