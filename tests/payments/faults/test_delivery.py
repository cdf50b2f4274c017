"""Events that arrive repeatedly, at the same time, early, late, or never: one pass, one mail."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from payments.models import Order
from tests.faults.site import WAIT_SECONDS, Site, until


def test_pf_01_a_hundred_deliveries_at_once_give_one_pass_and_one_mail(site: Site, many: int) -> None:
    session_id = site.buyer().order()
    site.stripe.webhooks.hold()
    site.stripe.pay(session_id)
    assert site.deliver(site.completed(session_id), many) == [200] * many
    assert (site.passes(session_id), site.mails_about(session_id), site.ad_free(session_id)) == (1, 1, True)


def test_n3_webhook_return_and_reconciler_all_at_once_give_one_pass_and_one_mail(
    site: Site, many: int
) -> None:
    buyer = site.buyer()
    session_id = buyer.order()
    site.stripe.webhooks.hold()
    site.stripe.pay(session_id)
    event = site.completed(session_id)
    together = threading.Barrier(3)

    def deliver() -> list[int]:
        together.wait()
        return site.deliver(event, many)

    def come_back() -> list[int]:
        together.wait()
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda _: buyer.return_from(session_id).status_code, range(many)))

    def reconcile() -> str:
        together.wait()
        return site.carrel("reconcile", "--apply")

    with ThreadPoolExecutor(3) as pool:
        acts = [pool.submit(act) for act in (deliver, come_back, reconcile)]
        answers = [act.result() for act in acts]
    assert answers[0] == [200] * many
    assert set(answers[1]) <= {200, 303}
    assert (site.passes(session_id), len(site.payments(session_id)), site.mails_about(session_id)) == (
        1,
        1,
        1,
    )


def test_pf_02_webhook_and_return_at_the_same_instant(site: Site) -> None:
    buyer = site.buyer()
    session_id = buyer.order()
    site.stripe.webhooks.hold()
    site.stripe.pay(session_id)
    event, together = site.completed(session_id), threading.Barrier(2)

    def deliver() -> int:
        together.wait()
        return site.deliver(event)[0]

    def come_back() -> int:
        together.wait()
        return buyer.return_from(session_id).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = [act.result() for act in (pool.submit(deliver), pool.submit(come_back))]
    assert statuses[0] == 200
    assert statuses[1] in {200, 303}
    assert (site.passes(session_id), site.mails_about(session_id)) == (1, 1)


def test_pf_03_an_event_before_our_own_call_has_come_back(site: Site) -> None:
    site.stripe.api.hold_response(path="POST /v1/checkout/sessions")
    with ThreadPoolExecutor(1) as pool:
        ordering = pool.submit(site.buyer().order)
        site.stripe.api.wait_until_held()
        session_id = site.stripe.sessions()[-1]["id"]
        site.stripe.pay(session_id)
        site.stripe.webhooks.drain(WAIT_SECONDS)
        assert site.passes(session_id) == 1
        site.stripe.api.release()
        assert ordering.result() == session_id
    assert (site.passes(session_id), site.ad_free(session_id)) == (1, True)


def test_pf_04_the_buyer_closes_the_window_and_the_webhook_comes(site: Site) -> None:
    session_id = site.buyer().order()
    site.stripe.pay(session_id, email="pf04@example.com")
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (site.passes(session_id), site.ad_free(session_id)) == (1, True)
    until(lambda: site.mail.mails_to("pf04@example.com"))
    assert len(site.mail.mails_to("pf04@example.com")) == 1


def test_pf_05_no_webhook_and_the_buyer_returns(site: Site) -> None:
    site.stripe.webhooks.drop_all()
    buyer = site.buyer()
    session_id = buyer.order("/articles/pf-05/")
    site.stripe.pay(session_id)
    assert "Thank you" in buyer.return_from(session_id).text
    assert site.passes(session_id) == 1
    until(lambda: buyer.return_from(session_id).status_code == 303)
    assert buyer.return_from(session_id).headers["Location"] == "/articles/pf-05/#page-thanks"


def test_pf_06_no_webhook_and_the_buyer_never_returns(site: Site) -> None:
    site.stripe.webhooks.drop_all()
    session_id = site.buyer().order()
    site.stripe.pay(session_id)
    site.stop("worker")
    site.start_worker()  # its first turn is the one that comes every ten minutes
    until(lambda: site.passes(session_id))
    assert (site.passes(session_id), site.ad_free(session_id)) == (1, True)


def test_pf_07_all_webhooks_lost_for_days_and_then_recovered(site: Site) -> None:
    site.stripe.webhooks.drop_all()
    sessions = [site.buyer().order() for _ in range(6)]
    for session_id in sessions:
        site.stripe.pay(session_id)
    site.stripe.refund(sessions[1])
    site.stripe.open_dispute(sessions[2])
    site.carrel("reconcile", "--apply")
    site.stripe.reset()
    site.stripe.webhooks.resend_undelivered()
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert [site.passes(session_id) for session_id in sessions] == [1] * 6
    assert [site.mails_about(session_id) for session_id in sessions] == [1] * 6
    assert [site.ad_free(session_id) for session_id in sessions] == [True, False, False, True, True, True]


@pytest.mark.parametrize("network", ["doubled", "reversed", "delayed"])
def test_pay_24_however_events_arrive_the_end_is_the_same(site: Site, network: str) -> None:
    hooks = site.stripe.webhooks
    if network == "doubled":
        hooks.duplicate_all(3)
    elif network == "delayed":
        hooks.delay(0.2)
    else:
        hooks.hold()
    kept, refunded = site.buyer().order(), site.buyer().order()
    for session_id in (kept, refunded):
        site.stripe.pay(session_id)
    site.stripe.refund(refunded)
    if network == "reversed":
        hooks.release("reversed")
    hooks.drain(WAIT_SECONDS)
    assert [(site.passes(session_id), site.ad_free(session_id)) for session_id in (kept, refunded)] == [
        (1, True),
        (1, False),
    ]


def test_pf_36_a_failed_card_and_another_try_the_next_day(site: Site) -> None:
    buyer = site.buyer()
    first = buyer.order()
    site.stripe.decline(first)
    site.stripe.expire(first)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    second = buyer.order()
    site.stripe.pay(second)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert first != second
    assert (site.passes(first), site.passes(second), site.ad_free(second)) == (0, 1, True)
    assert site.count(Order.checkout_session_id == first, Order.state == "expired") == 1
