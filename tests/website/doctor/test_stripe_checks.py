"""The doctor asks Stripe with the site's own key, and names what it lacks."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from carrel import clock
from carrel.accounts import readers
from carrel.db import Database
from carrel.findings import Level
from carrel.settings import Settings
from payments.models import Order, Payment, RefundRequest
from website.demo.fake_stripe import FakeStripe, running_fake_stripe
from website.doctor import stripe_checks
from website.doctor.check_context import CheckContext


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    with running_fake_stripe(webhook_url="https://carrel.test/webhooks/stripe") as fake:
        yield fake


@pytest.fixture
def site(settings: Settings, db: Database, fake: FakeStripe) -> CheckContext:
    """A site that sells, with the key of this Stripe."""
    stripe = {"stripe_api_base": fake.base_url, "stripe_secret_key": SecretStr(fake.api_key)}
    return CheckContext(settings.model_copy(update=stripe), db, clock.now(), ask_outside=True)


def test_a_key_that_may_do_everything_is_well(site: CheckContext) -> None:
    finding = stripe_checks.stripe_key(site)
    assert (finding.level, finding.message) == (
        Level.OK,
        "valid, with every permission that the site needs",
    )


def test_a_dead_key_is_an_error_and_not_well(site: CheckContext, fake: FakeStripe) -> None:
    fake.keys.revoke(fake.api_key)
    finding = stripe_checks.stripe_key(site)
    assert finding.level is Level.ERROR
    assert "Stripe refused the key" in finding.message
    assert "carrel stripe setup --new-key" in finding.fix


def test_a_missing_permission_is_named(site: CheckContext, fake: FakeStripe) -> None:
    fake.keys.restrict(
        fake.api_key, "checkout_session_write", "charge_read", "dispute_read", "event_read", "webhook_read"
    )
    finding = stripe_checks.stripe_key(site)
    assert finding.level is Level.ERROR
    assert "Charges and Refunds: Write (to refund)" in finding.message


def test_a_webhook_that_is_switched_off_is_an_error(site: CheckContext, fake: FakeStripe) -> None:
    fake.change("we_standin", status="disabled")
    finding = stripe_checks.stripe_key(site)
    assert (finding.level, "Stripe sends nothing to" in finding.message) == (Level.ERROR, True)


def test_it_only_reads(site: CheckContext, fake: FakeStripe) -> None:
    stripe_checks.stripe_key(site)
    changed = [call for call in fake.api.requests if call.method == "POST" and call.status == 200]
    assert (changed, len(fake.api.requests) > 5) == ([], True)


def test_offline_nobody_is_asked(site: CheckContext, fake: FakeStripe) -> None:
    finding = stripe_checks.stripe_key(CheckContext(site.settings, site.db, site.now))
    assert (finding.message, list(fake.api.requests)) == ("not asked", [])


@pytest.mark.parametrize(("minutes", "level"), [(59, Level.OK), (61, Level.ERROR)])
def test_a_refund_that_waits_for_more_than_an_hour_is_an_error(
    site: CheckContext, minutes: int, level: Level
) -> None:
    put_refund(site, timedelta(minutes=minutes))
    finding = stripe_checks.refunds(site)
    assert finding.level is level
    assert ("order-1 (the key lacks the permission Charges and Refunds: Write)" in finding.message) == bool(
        level is Level.ERROR
    )


def put_refund(site: CheckContext, age: timedelta) -> None:
    asked = site.now - age
    with site.db.write() as session:
        reader = readers.create_anonymous(session)
        order = Order(
            reference="order-1",
            reader_id=reader.id,
            price_cents=499,
            currency="usd",
            title="A pass",
            return_to="/",
            state="paid",
            created_at=asked,
            expires_at=asked,
        )
        session.add(order)
        session.flush()
        payment = Payment(
            order_id=order.id,
            checkout_session_id="cs_1",
            payment_intent="pi_1",
            amount_cents=499,
            subtotal_cents=499,
            currency="usd",
            outcome="granted",
            paid_at=asked,
            recorded_at=asked,
        )
        session.add(payment)
        session.flush()
        request = RefundRequest(payment_id=payment.id, amount_cents=499, actor="desk", reason="asked by mail")
        request.requested_at = request.next_try_at = asked
        request.last_error = "the key lacks the permission Charges and Refunds: Write"
        session.add(request)
