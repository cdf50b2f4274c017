"""Events that arrive out of order or outdated: the present state at Stripe decides."""

from payments.models import Order, Refund
from tests.faults.site import WAIT_SECONDS, Site


def bought(site: Site) -> str:
    """A pass, bought and given."""
    session_id = site.buyer().order()
    site.stripe.pay(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert site.ad_free(session_id)
    return session_id


def state(site: Site, session_id: str) -> str:
    state = site.read(lambda s: s.query(Order.state).where(Order.checkout_session_id == session_id).scalar())
    return str(state)


def test_pf_08_a_refund_before_its_payment_ends_revoked(site: Site) -> None:
    session_id = site.buyer().order()
    site.stripe.webhooks.hold()
    site.stripe.pay(session_id)
    site.stripe.refund(session_id)
    site.stripe.webhooks.release("reversed")
    site.stripe.webhooks.drain(WAIT_SECONDS)
    (payment,) = site.payments(session_id)
    assert site.count(Refund.payment_id == payment.id) == 1
    assert (site.passes(session_id), site.ad_free(session_id)) == (1, False)


def test_pf_09_a_dispute_closed_before_it_was_opened_ends_active(site: Site) -> None:
    session_id = bought(site)
    site.stripe.webhooks.hold()
    dispute = site.stripe.open_dispute(session_id)
    site.stripe.close_dispute(dispute["id"], "won")
    site.stripe.webhooks.release("reversed")
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert site.ad_free(session_id)


def test_pf_10_a_stale_failure_after_the_success_changes_nothing(site: Site) -> None:
    session_id = site.buyer().order()
    site.stripe.pay_by_bank_debit(session_id)
    site.stripe.settle_payment(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    stale = site.stripe.emit("checkout.session.async_payment_failed", session_id)
    patch = {"data": {"object": {"payment_status": "unpaid"}}}
    assert site.deliver(stale, patch=patch) == [200]
    assert (site.ad_free(session_id), site.mails_about(session_id, "payment_failed")) == (True, 0)


def test_pf_11_completed_but_unpaid_waits_and_a_failure_is_told(site: Site) -> None:
    buyer = site.buyer()
    session_id = buyer.order()
    site.stripe.pay_by_bank_debit(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (site.passes(session_id), state(site, session_id)) == (0, "pending")
    assert "Your payment is being processed" in buyer.return_from(session_id).text
    site.stripe.fail_payment(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (site.passes(session_id), state(site, session_id)) == (0, "failed")
    assert site.mails_about(session_id, "payment_failed") == 1


def test_pf_12_an_expiry_after_completion_leaves_the_pass(site: Site) -> None:
    session_id = bought(site)
    site.stripe.expire(session_id)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (site.ad_free(session_id), state(site, session_id)) == (True, "paid")
