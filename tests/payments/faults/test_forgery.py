"""Events that are forged, of another site, or do not match the order."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import select

from payments.models import Order, StripeEvent
from tests.faults.site import WAIT_SECONDS, Site, until
from tests.payments.faults.conftest import WITHOUT_STORAGE
from tests.support.served import free_port


def nothing_written(site: Site, event: dict[str, Any]) -> bool:
    return site.event(event["id"]) is None and site.payments(event["data"]["object"]["id"]) == []


@pytest.fixture(scope="module")
def free_site(running: Site) -> Iterator[str]:
    """The same site without Stripe's keys, as before it sells anything; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    without = {name: value for name, value in running.environ.items() if not name.startswith("STRIPE_")}
    other = replace(running, url=address, environ=without | {"CARREL_BASE_URL": address}, children={})
    other.start("free", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1")
    try:
        until(lambda: answers(f"{address}/pass/"))
        yield address
    finally:
        other.stop("free")


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=10).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("secret", ["", "whsec_new", " "])
@WITHOUT_STORAGE
def test_pf_13_without_a_secret_nothing_is_believed(
    site: Site, free_site: str, paid: dict[str, Any], secret: str
) -> None:
    body, headers = site.stripe.webhooks.signed(paid, secrets=[secret])
    assert requests.post(f"{free_site}/webhooks/stripe", body, headers=headers, timeout=60).status_code == 404
    assert nothing_written(site, paid)


@pytest.mark.parametrize("secret", ["", "whsec_guessed"])
@WITHOUT_STORAGE
def test_pf_13_a_forged_event_is_refused(site: Site, paid: dict[str, Any], secret: str) -> None:
    assert site.deliver(paid, secrets=[secret]) == [400]
    assert nothing_written(site, paid)


@WITHOUT_STORAGE
def test_pf_14_an_event_signed_301_seconds_ago_is_refused(site: Site, paid: dict[str, Any]) -> None:
    assert site.deliver(paid, age=302) == [400]
    assert nothing_written(site, paid)
    assert "webhook-clock" in site.alarms()


@pytest.mark.parametrize(
    ("secret", "status"), [("whsec_new", 200), ("whsec_old", 200), ("whsec_removed", 400)]
)
def test_pf_15_both_secrets_while_one_is_rolled_and_no_other(
    site: Site, paid: dict[str, Any], secret: str, status: int
) -> None:
    assert site.deliver(paid, secrets=[secret]) == [status]
    assert (site.event(paid["id"]) is not None) == (status == 200)


@WITHOUT_STORAGE
def test_pf_16_an_event_of_the_other_mode_is_refused_and_told(site: Site, paid: dict[str, Any]) -> None:
    assert site.deliver(paid, patch={"livemode": True}) == [400]
    assert nothing_written(site, paid)
    assert "webhook-mode" in site.alarms()


def test_pf_17_somebody_elses_product_is_acknowledged_and_ignored(site: Site) -> None:
    sale = site.stripe.sell_unrelated_product()
    site.stripe.refund(sale["id"])
    site.stripe.webhooks.drain(WAIT_SECONDS)
    event = site.event(site.completed(sale["id"])["id"])
    assert event is not None
    assert (event.outcome, site.payments(sale["id"]), site.alarms()) == ("ignored", [], set())


@pytest.mark.parametrize("kept", ["client_reference_id", "metadata"])
def test_pf_18_one_of_the_marks_is_enough(site: Site, paid: dict[str, Any], kept: str) -> None:
    session_id = paid["data"]["object"]["id"]
    site.stripe.remove_references(session_id, **{kept: False})
    assert site.deliver(paid) == [200]
    assert (site.passes(session_id), site.ad_free(session_id)) == (1, True)


def test_pf_18_without_both_a_person_must_look(site: Site, paid: dict[str, Any]) -> None:
    session_id = paid["data"]["object"]["id"]
    site.stripe.remove_references(session_id)
    assert site.deliver(paid) == [200]
    (payment,) = site.payments(session_id)
    assert (payment.outcome, payment.mismatch, site.ad_free(session_id)) == ("held", "order not named", False)
    assert {alarm.partition(":")[0] for alarm in site.alarms()} == {"held"}


@pytest.mark.parametrize("email", ["SOMEBODY@Else.Example", "nobody@example.com"])
def test_pf_19_whatever_address_was_typed_the_buyer_has_the_pass(site: Site, email: str) -> None:
    session_id = site.buyer().order()
    site.stripe.pay(session_id, email=email)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert (site.passes(session_id), site.ad_free(session_id)) == (1, True)


@pytest.mark.parametrize(
    "wrong", [{"amount": 1}, {"currency": "eur"}, {"quantity": 3}, {"price": "price_other"}]
)
def test_pf_20_what_was_paid_otherwise_buys_nothing_and_can_be_refunded(
    site: Site, wrong: dict[str, Any]
) -> None:
    buyer = site.buyer()
    session_id = buyer.order()
    site.stripe.pay(session_id, **wrong)
    site.stripe.webhooks.drain(WAIT_SECONDS)
    (payment,) = site.payments(session_id)
    assert (payment.outcome, site.passes(session_id), site.ad_free(session_id)) == ("held", 0, False)
    assert {alarm.partition(":")[0] for alarm in site.alarms()} == {"held"}
    assert "We have your payment" in buyer.return_from(session_id).text


@WITHOUT_STORAGE
def test_pay_28_a_tampered_form_changes_no_price(site: Site) -> None:
    wishes = {
        "price": "1",
        "amount": "1",
        "currency": "jpy",
        "quantity": "0",
        "coupon": "FREE",
        "reader_id": "1",
    }
    buyer = site.buyer()
    answer = buyer.press("/pass/", "/pass/checkout", **wishes)
    session = site.stripe.get(answer.headers["Location"].rpartition("/")[2])
    assert (session["amount_total"], session["currency"]) == (499, "usd")


EVIL = "x'); DROP TABLE payment; --"
EVIL_PATCHES: list[dict[str, Any]] = [
    {"id": EVIL},
    {"type": EVIL},
    {"livemode": EVIL},
    {"created": EVIL},
    {"data": {"object": {"id": EVIL}}},
    {"data": {"object": {"payment_intent": EVIL}}},
    {"data": {"object": {"client_reference_id": EVIL, "metadata": {"order": EVIL, "site": EVIL}}}},
]


@pytest.mark.parametrize("patch", EVIL_PATCHES, ids=lambda patch: str(patch)[:40])
def test_sql_in_every_field_of_an_event_does_nothing(
    site: Site, paid: dict[str, Any], patch: dict[str, Any]
) -> None:
    (status,) = site.deliver(paid, patch=patch)
    assert status in {200, 400, 500}
    kept = site.read(lambda session: session.scalars(select(StripeEvent)).all())
    assert not [row for row in kept if "DROP" in f"{row.event_id} {row.type} {row.body['id']}"]
    assert site.payments(EVIL) == []
    assert site.count(Order.id > 0) > 0
