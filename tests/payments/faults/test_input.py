"""Malformed input and wrong clocks: rejected or tolerated, never a pass, constant memory."""

import gzip
import http.client
import re
from pathlib import Path
from typing import Any

import pytest

from payments.models import Order, StripeEvent
from tests.faults.site import WAIT_SECONDS, Site
from tests.payments.faults.conftest import WITHOUT_STORAGE
from tests.support.buyer import PATIENCE_SECONDS

MEGABYTE = 1024 * 1024


def memory(site: Site) -> int:
    """Resident bytes of all web processes."""
    pages = (Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in site.web_pids())
    return sum(int(page) * 4096 for page in pages)


def chunked(site: Site, chunk: bytes, times: int) -> int:
    """Send a body of unknown length; the status."""
    connection = http.client.HTTPConnection(site.url.removeprefix("http://"), timeout=120)
    try:
        headers = {"Stripe-Signature": "t=1,v1=0", "Transfer-Encoding": "chunked"}
        connection.request("POST", "/webhooks/stripe", iter([chunk] * times), headers, encode_chunked=True)
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 413  # it hung up rather than read on
    finally:
        connection.close()


@WITHOUT_STORAGE
def test_pf_31_bodies_that_are_too_large_or_no_text_are_refused_and_memory_stays_flat(site: Site) -> None:
    bomb = gzip.compress(b"0" * 30 * MEGABYTE)
    site.send(b"{}", {"Stripe-Signature": "t=1,v1=0"})
    before = memory(site)
    for _ in range(3):
        assert site.send(b" " * 20 * MEGABYTE, {"Stripe-Signature": "t=1,v1=0"}) == [413]
        assert site.send(b"\xff\xfe" * 1000, {"Stripe-Signature": "t=1,v1=0"}) == [400]
        assert site.send(bomb, {"Stripe-Signature": "t=1,v1=0", "Content-Encoding": "gzip"}) == [400]
        assert chunked(site, b" " * MEGABYTE, 20) == 413
        assert chunked(site, b" ", 100) == 400
    assert memory(site) - before < 50 * MEGABYTE


FORMS = ["/pass/checkout", "/pass/refund", "/sign-in/", "/sign-in/code", "/subscribe/"]


@pytest.mark.parametrize("form", FORMS)
@WITHOUT_STORAGE
def test_pf_31_forms_take_no_flood_and_no_broken_text(site: Site, form: str) -> None:
    buyer, before, orders = site.buyer(), memory(site), site.count(Order.id > 0)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (
        b"next=" + b"x" * 20 * MEGABYTE,
        b"next=\xff\xfe&order=%ff%00&email=%c3",
        b"a&" * 5000,
        b"\0",
    ):
        answer = buyer.session.post(site.url + form, body, headers=kind, timeout=PATIENCE_SECONDS)
        assert 400 <= answer.status_code < 500
    assert (site.count(Order.id > 0), site.alarms()) == (orders, set())
    assert memory(site) - before < 50 * MEGABYTE


@pytest.mark.parametrize("bad", ["%ff%fe", "x%27%20OR%201=1%20--", "%00", "x" * 3000, "..%2f..%2fetc"])
@WITHOUT_STORAGE
def test_hostile_ids_find_nothing_and_ask_nobody(site: Site, bad: str) -> None:
    asked = len(site.stripe.api.requests)
    assert site.buyer().get(f"/pass/thanks?session={bad}").status_code in {400, 404}
    assert len(site.stripe.api.requests) == asked


@WITHOUT_STORAGE
def test_pf_31_signed_but_not_text_is_refused(site: Site, paid: dict[str, Any]) -> None:
    _, headers = site.stripe.webhooks.signed(paid)
    assert site.send(b"\xff" * 10, headers) == [400]


@pytest.mark.parametrize("name", ["created", "data"])
def test_pf_30_a_missing_field_is_a_failure_and_an_alarm(site: Site, paid: dict[str, Any], name: str) -> None:
    assert site.deliver(paid, patch={name: None}) == [500]
    assert site.alarms() == {"stripe-unreadable"}
    assert site.passes(paid["data"]["object"]["id"]) == 0


def test_pf_30_a_missing_field_in_what_stripe_answers_gives_no_pass(site: Site, paid: dict[str, Any]) -> None:
    session_id = paid["data"]["object"]["id"]
    site.stripe.change(session_id, amount_subtotal="much")
    assert site.deliver(paid) == [500]
    assert ("stripe-unreadable" in site.alarms(), site.passes(session_id)) == (True, 0)
    site.stripe.change(session_id, amount_subtotal=499)
    assert site.deliver(paid) == [200]
    assert site.passes(session_id) == 1


def test_pf_30_more_fields_and_a_later_version_are_tolerated(site: Site, paid: dict[str, Any]) -> None:
    later = {"api_version": "2031-01-01.fig", "new": {"a": [1]}, "data": {"object": {"also": 1}}}
    assert site.deliver(paid, patch=later) == [200]
    assert site.passes(paid["data"]["object"]["id"]) == 1


def test_pf_32_one_poison_among_many_is_buried_after_ten_tries_and_the_rest_flow(site: Site) -> None:
    site.stripe.webhooks.hold()
    sessions = [site.buyer().order() for _ in range(9)]
    for session_id in sessions:
        site.stripe.pay(session_id)
    poison = site.completed(sessions[4])
    site.stripe.change(sessions[4], amount_total="much")
    assert [site.deliver(poison)[0] for _ in range(10)] == [500] * 10
    site.stripe.webhooks.release()
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert [site.passes(session_id) for session_id in sessions] == [1, 1, 1, 1, 0, 1, 1, 1, 1]
    buried = site.event(poison["id"])
    assert isinstance(buried, StripeEvent)
    assert (buried.tries, buried.dead_at is not None) == (10, True)
    assert f"event-dead:{poison['id']}" in site.alarms()
    assert site.deliver(poison) == [200]


@pytest.mark.parametrize(("age", "status"), [(600, 400), (-600, 200)])
@WITHOUT_STORAGE
def test_pf_33_a_clock_that_is_ten_minutes_off_is_told(
    site: Site, paid: dict[str, Any], age: int, status: int
) -> None:
    assert site.deliver(paid, age=age) == [status]
    assert site.alarms() == {"webhook-clock"}


@pytest.mark.parametrize("age", [240, -240])
def test_pf_33_four_minutes_do_no_harm(site: Site, paid: dict[str, Any], age: int) -> None:
    assert site.deliver(paid, age=age) == [200]
    assert (site.alarms(), site.passes(paid["data"]["object"]["id"])) == (set(), 1)


@WITHOUT_STORAGE
def test_pay_26_a_burst_of_forgeries_is_told(site: Site) -> None:
    for _ in range(60):
        site.send(b"{}", {"Stripe-Signature": "t=1,v1=00"})
    assert site.alarms() == {"webhook-signatures"}


def test_pay_30_no_address_and_no_secret_stands_in_the_logs(site: Site) -> None:
    site.stripe.reset()
    session_id = site.buyer().order()
    site.stripe.pay(session_id, email="very.secret@example.com")
    site.stripe.webhooks.drain(WAIT_SECONDS)
    assert site.send(b"{}", {"Stripe-Signature": "t=1,v1=0"}) == [400]
    logs = "".join(path.read_text() for path in Path(site.environ["CARREL_HOME"]).glob("*.log"))
    assert "request.signature_refused" in logs  # they are read where they are written
    for secret in ("very.secret@example.com", site.stripe.api_key, "whsec_new"):
        assert secret not in logs
    assert not re.search(
        r"\b4242\b", logs
    )  # the card's last digits; a part of a time or an id may be the same
