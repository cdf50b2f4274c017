"""Readers who leave, and strangers with a link to somebody's success page."""

from sqlalchemy import select

from carrel.accounts import erasure, readers
from carrel.accounts.models import ReaderSession
from carrel.settings import load
from payments.models import Claim, Order
from tests.faults.site import WAIT_SECONDS, Site


def test_pf_29_money_of_a_reader_who_left_before_it_came_is_held(site: Site) -> None:
    site.stripe.webhooks.hold()
    session_id = site.buyer().order()
    site.stripe.pay(session_id, email="leaver@example.com")
    owner = select(Order.reader_id).where(Order.checkout_session_id == session_id)
    with site.db.write() as session:
        erasure.erase(session, load({}), readers.get(session, session.scalars(owner).one()))
    assert site.deliver(site.completed(session_id)) == [200]
    (payment,) = site.payments(session_id)
    assert (payment.outcome, payment.mismatch, site.passes(session_id)) == ("held", "reader gone", 0)
    assert site.count(Claim.email_key == "leaver@example.com") == 0
    assert {alarm.partition(":")[0] for alarm in site.alarms()} == {"held"}


def test_pf_35_a_victims_session_id_signs_nobody_in_and_tells_nothing(site: Site) -> None:
    victim, attacker = site.buyer(), site.buyer()
    session_id = victim.order("/articles/private-interest/")
    site.stripe.pay(session_id, email="victim@example.com")
    site.stripe.webhooks.drain(WAIT_SECONDS)
    before = site.count(ReaderSession.id > 0)
    answer = attacker.return_from(session_id)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    for secret in ("victim", "private-interest", "Thank you", "4.99"):
        assert secret not in answer.text
    assert attacker.get("/account/").status_code == 303
    assert site.count(ReaderSession.id > 0) == before


def test_a_guest_buys_with_nothing_but_a_card_and_another_browser_sees_ads(site: Site) -> None:
    buyer = site.buyer()
    session_id = buyer.order("/")
    site.stripe.pay(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert 'id="page-thanks"' in buyer.get("/").text
    assert 'id="page-thanks"' not in site.buyer().get("/").text
