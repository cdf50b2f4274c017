"""Double payments, refunds, failed refunds, and lost responses."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from sqlalchemy import select, update

from carrel import clock
from carrel.mail.models import OutboxMail
from payments.models import Order, Refund, RefundRequest
from tests.faults.site import WAIT_SECONDS, Site, until
from tests.payments.two_tabs import EXPIRE
from tests.support.buyer import Buyer


def bought(site: Site, buyer: Buyer, **paid: Any) -> str:
    session_id = buyer.order()
    site.stripe.pay(session_id, **paid)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert site.ad_free(session_id)
    return session_id


def refunds(site: Site, session_id: str) -> list[tuple[int, str]]:
    (payment,) = site.payments(session_id)
    mine = select(Refund).where(Refund.payment_id == payment.id).order_by(Refund.id)
    return [(row.amount_cents, row.status) for row in site.read(lambda s: s.scalars(mine).all())]


def ask_for_money_back(site: Site, buyer: Buyer, session_id: str) -> requests.Response:
    """The button of the account page."""
    reference = site.read(
        lambda s: s.scalars(select(Order.reference).where(Order.checkout_session_id == session_id)).one()
    )
    return buyer.press("/account/", "/pass/refund", order=reference)


def test_pf_21_two_windows_two_payments_one_pass(site: Site) -> None:
    buyer = site.buyer()
    first = buyer.order("/articles/one/")
    site.stripe.api.fail(503, times=None, path=EXPIRE)  # else the first session would be closed
    sessions = [first, buyer.order("/articles/two/")]
    site.stripe.api.reset()
    for session_id in sessions:
        site.stripe.pay(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert sum(site.passes(session_id) for session_id in sessions) == 1
    (second,) = [session_id for session_id in sessions if not site.passes(session_id)]
    until(lambda: site.stripe.charge_of(second)["refunded"])  # by the worker
    site.stripe.webhooks.drain(WAIT_SECONDS)
    until(lambda: refunds(site, second) == [(499, "succeeded")])
    assert site.ad_free(second)
    assert {alarm.partition(":")[0] for alarm in site.alarms()} == {"paid-twice"}


def test_pf_22_the_reply_is_lost_and_the_buyer_presses_again(site: Site) -> None:
    before, buyer = len(site.stripe.sessions()), site.buyer()
    site.stripe.api.drop_response(times=2, path="POST /v1/checkout/sessions")
    answer = buyer.press("/pass/?next=/a/", "/pass/checkout", next="/a/")
    assert (answer.status_code, "Try again in a minute" in answer.text) == (503, True)
    assert buyer.press("/pass/?next=/a/", "/pass/checkout", next="/a/").status_code == 303
    assert len(site.stripe.sessions()) == before + 1


def test_pf_23_a_refund_whose_reply_is_lost_is_one_refund_and_one_mail(site: Site) -> None:
    buyer = site.buyer()
    session_id = bought(site, buyer)
    site.stripe.api.drop_response(times=2, path="POST /v1/refunds")
    assert ask_for_money_back(site, buyer, session_id).status_code == 303
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (site.ad_free(session_id), refunds(site, session_id)) == (False, [(499, "succeeded")])
    try_now(site, session_id)
    until(lambda: request_of(site, session_id).state == "done")
    assert (refunds(site, session_id), refund_mails(site, session_id)) == ([(499, "succeeded")], 1)


def test_pf_23_the_webhook_comes_while_the_reply_is_on_its_way(site: Site) -> None:
    buyer = site.buyer()
    session_id = bought(site, buyer)
    site.stripe.api.hold_response(path="POST /v1/refunds")
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask_for_money_back, site, buyer, session_id)
        site.stripe.api.wait_until_held()
        site.stripe.webhooks.drain(WAIT_SECONDS)
        site.stripe.api.release()
        assert asking.result().status_code == 303
    assert site.ad_free(session_id) is False
    assert (refunds(site, session_id), refund_mails(site, session_id)) == ([(499, "succeeded")], 1)


def refund_mails(site: Site, session_id: str) -> int:
    """How many mails tell of the refunds of a session; the ledger knows just those that Stripe made."""
    (payment,) = site.payments(session_id)
    names = site.read(
        lambda s: s.scalars(select(Refund.stripe_id).where(Refund.payment_id == payment.id)).all()
    )
    refunds = [event["data"]["object"] for event in site.stripe.events("refund.created")]
    assert {refund["id"] for refund in refunds if refund["payment_intent"] == payment.payment_intent} == set(
        names
    )
    return site.count(OutboxMail.key.in_([f"refund:{name}" for name in names]))


def request_of(site: Site, session_id: str) -> RefundRequest:
    (payment,) = site.payments(session_id)
    mine = select(RefundRequest).where(RefundRequest.payment_id == payment.id)
    request = site.read(lambda s: s.scalars(mine).one())
    assert isinstance(request, RefundRequest)
    return request


def try_now(site: Site, session_id: str) -> None:
    """The pause before the worker's next try is over."""
    (payment,) = site.payments(session_id)
    with site.db.write() as session:
        mine = update(RefundRequest).where(RefundRequest.payment_id == payment.id)
        session.execute(mine.values(next_try_at=clock.now()))


def test_pf_26_a_refund_that_fails_later_gives_the_pass_back(site: Site) -> None:
    session_id = bought(site, site.buyer())
    made = site.stripe.refund(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert not site.ad_free(session_id)
    site.stripe.fail_refund(made["id"])
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert site.ad_free(session_id)
    assert f"refund-failed:{made['id']}" in site.alarms()


def test_pf_27_two_parts_end_the_pass_exactly_at_the_whole(site: Site) -> None:
    session_id = bought(site, site.buyer())
    seen = []
    for cents in (250, 248, 1):
        site.stripe.refund(session_id, amount=cents)
        site.stripe.webhooks.drain(WAIT_SECONDS)
        seen.append(site.ad_free(session_id))
    assert seen == [True, True, False]


def test_pf_28_a_warning_of_fraud_refunds_once_and_a_dispute_after_it_takes_nothing_more(site: Site) -> None:
    session_id = bought(site, site.buyer())
    site.stripe.webhooks.duplicate_all(3)
    warning = site.stripe.warn_of_fraud(session_id)["id"]
    until(lambda: site.stripe.charge_of(session_id)["refunded"])  # by the worker
    site.stripe.webhooks.drain(WAIT_SECONDS)
    site.stripe.open_dispute(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (refunds(site, session_id), refund_mails(site, session_id)) == ([(499, "succeeded")], 1)
    assert site.ad_free(session_id) is False
    assert f"fraud-warning:{warning}:refunded" in site.alarms()


def test_pay_21_a_full_refund_shows_in_every_browser_within_a_minute(site: Site) -> None:
    buyer = site.buyer()
    session_id = bought(site, buyer)
    assert "Your pass is active" in buyer.get("/pass/").text
    site.stripe.refund(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert "Your pass is active" not in buyer.get("/pass/").text
    until(lambda: edition(buyer) == "reader", seconds=60)


def edition(buyer: Buyer) -> str:
    """Which edition of the front page this browser gets: only the pass edition can say thanks."""
    page = buyer.get("/").text
    return "pass" if re.search('id="page-thanks"', page) else "reader"


def test_pay_32_stripe_down_the_site_serves_and_passes_stay(site: Site) -> None:
    holder = site.buyer()
    bought(site, holder)
    site.stripe.api.down()
    guest = site.buyer()
    answer = guest.press("/pass/", "/pass/checkout")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert [guest.get(path).status_code for path in ("/", "/pass/", "/feed.xml")] == [200, 200, 200]
    assert "Your pass is active" in holder.get("/pass/").text
    site.stripe.api.up()
    assert guest.press("/pass/", "/pass/checkout").status_code == 303
