"""The webhook over HTTP: what it believes, keeps, answers."""

from typing import Any

import pytest
from sqlalchemy import event as sql
from sqlalchemy.exc import OperationalError

from carrel.mail.models import Alarm, OutboxMail
from payments.models import Grant, Order, Payment, StripeEvent
from tests.support.payments import Till


def completed(till: Till) -> dict[str, Any]:
    """The event of a pass that was bought just now."""
    till.buy()
    return till.stripe.events("checkout.session.completed")[-1]


def test_pf_04_the_webhook_alone_gives_the_pass(till: Till) -> None:
    assert till.deliver(completed(till)) == 200
    assert (till.count(Grant), till.ad_free()) == (1, [True])


@pytest.mark.parametrize("address", ["/webhooks/stripe", "/webhooks/stripe/"])
def test_pay_14_both_addresses_answer_themselves(till: Till, address: str) -> None:
    body, headers = till.stripe.webhooks.signed(completed(till))
    answer = till.browser().post(address, data=body, headers=headers)
    assert (answer.status_code, answer.data) == (200, b"")


def test_pay_14_no_origin_no_cookie_and_no_token_are_needed(till: Till) -> None:
    body, headers = till.stripe.webhooks.signed(completed(till))
    sender = till.browser()
    crossing = {**headers, "Origin": "https://elsewhere.test", "Sec-Fetch-Site": "cross-site"}
    assert sender.post("/webhooks/stripe", data=body, headers=crossing).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_pay_14_other_methods_are_no_way_in(till: Till, method: str) -> None:
    assert getattr(till.browser(), method)("/webhooks/stripe").status_code in {403, 405}


def test_pay_01_a_changed_byte_is_refused_and_nothing_is_written(till: Till) -> None:
    body, headers = till.stripe.webhooks.signed(completed(till))
    answer = till.browser().post("/webhooks/stripe", data=body.replace(b"paid", b"pa1d"), headers=headers)
    assert (answer.status_code, answer.data) == (400, b"")
    assert (till.count(StripeEvent), till.count(Grant), till.count(Alarm)) == (0, 0, 0)


def test_pay_26_a_burst_of_forgeries_raises_one_alarm(till: Till) -> None:
    for _ in range(25):
        assert till.post(b"{}", {"Stripe-Signature": "t=1,v1=00"}) == 400
    assert till.alarms() == ["webhook-signatures"]
    assert till.count(StripeEvent) == 0


@pytest.mark.parametrize(("age", "status"), [(299, 200), (302, 400)])
def test_pay_03_a_genuine_event_is_believed_for_five_minutes(till: Till, age: int, status: int) -> None:
    assert till.deliver(completed(till), age=age) == status
    assert till.alarms() == ([] if status == 200 else ["webhook-clock"])


@pytest.mark.parametrize("age", [-600, 600])
def test_pf_33_a_clock_that_is_ten_minutes_off_is_told(till: Till, age: int) -> None:
    till.deliver(completed(till), age=age)
    assert till.alarms() == ["webhook-clock"]


@pytest.mark.parametrize("age", [-240, 240])
def test_pf_33_four_minutes_do_no_harm(till: Till, age: int) -> None:
    assert till.deliver(completed(till), age=age) == 200
    assert (till.alarms(), till.ad_free()) == ([], [True])


def test_pf_16_an_event_of_the_other_mode_is_refused_and_told(till: Till) -> None:
    assert till.deliver(completed(till), patch={"livemode": True}) == 400
    assert (till.alarms(), till.count(StripeEvent), till.count(Grant)) == (["webhook-mode"], 0, 0)


def test_pf_17_somebody_elses_sale_is_acknowledged_and_ignored(till: Till) -> None:
    till.stripe.foreign_sale()
    assert set(till.deliver_all()) == {200}
    assert {row.outcome for row in till.rows(StripeEvent)} == {"ignored"}
    assert (till.count(Payment), till.count(OutboxMail), till.alarms()) == (0, 0, [])


def test_pay_10_another_carrel_on_the_same_account_is_ignored(till: Till) -> None:
    session_id = till.buy()
    till.stripe.change(session_id, metadata={"site": "ffffffffffffffff", "order": "x"})
    assert set(till.deliver_all("checkout.session.completed")) == {200}
    assert (till.count(Payment), till.rows(StripeEvent)[0].outcome) == (0, "ignored")


def test_pay_12_an_unknown_type_is_acknowledged_and_not_kept(till: Till) -> None:
    session_id = till.order(till.browser())
    assert till.deliver(till.stripe.emit("checkout.session.sung", session_id)) == 200
    assert till.count(StripeEvent) == 0


def test_pay_05_an_event_that_comes_twice_is_kept_once(till: Till) -> None:
    event = completed(till)
    assert [till.deliver(event) for _ in range(3)] == [200] * 3
    assert (till.count(StripeEvent), till.count(Grant), till.count(OutboxMail)) == (1, 1, 1)


def test_pay_13_one_call_to_stripe_is_made_and_no_mail_is_sent(till: Till) -> None:
    event = completed(till)
    before = len(till.stripe.api.requests)
    till.deliver(event)
    calls = list(till.stripe.api.requests)[before:]
    assert [(call.method, call.path.rpartition("/")[0]) for call in calls] == [
        ("GET", "/v1/checkout/sessions")
    ]


def test_pay_13_an_event_that_is_done_costs_no_call_at_all(till: Till) -> None:
    event = completed(till)
    till.deliver(event)
    before = len(till.stripe.api.requests)
    assert till.deliver(event) == 200
    assert len(till.stripe.api.requests) == before


def test_pay_15_our_version_of_the_api_is_asked_for(till: Till) -> None:
    till.deliver(completed(till))
    assert {call.stripe_version for call in till.stripe.api.requests} == {"2026-10-28.endive"}


def test_pay_12_when_stripe_cannot_be_asked_the_event_waits(till: Till) -> None:
    event = completed(till)
    till.stripe.api.down()
    assert till.deliver(event) == 500
    assert (till.count(Grant), till.rows(StripeEvent)[0].tries) == (0, 0)
    till.stripe.api.up()
    assert till.deliver(event) == 200
    assert till.count(Grant) == 1


def test_data_03_no_write_transaction_is_open_while_stripe_is_asked(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = completed(till)
    begun: list[str] = []
    sql.listen(till.services.db.engine, "begin", lambda _: begun.append("begin"))
    sql.listen(till.services.db.engine, "commit", lambda _: begun.append("end"))
    ask = till.shop.stripe.look
    during: list[list[str]] = []

    def look(session_id: str) -> Any:
        during.append(begun.copy())
        return ask(session_id)

    monkeypatch.setattr(till.shop.stripe, "look", look)
    till.deliver(event)
    assert [each.count("begin") - each.count("end") for each in during] == [0]


@pytest.mark.parametrize("field", ["type", "id", "client_reference_id", "payment_intent", "customer"])
def test_sql_in_an_event_does_nothing(till: Till, field: str) -> None:
    evil = "x'; DROP TABLE payment; --"
    patch = {field: evil} if field == "type" else {"data": {"object": {field: evil}}}
    assert till.deliver(completed(till), patch=patch) in {200, 400}
    assert till.count(Payment) in {0, 1}


def test_pay_12_a_database_that_cannot_be_written_is_no_success(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = completed(till)

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", None, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr("payments.webhooks.inbox.claim", locked)
        assert till.deliver(event) == 503
    assert (till.count(StripeEvent), till.deliver(event), till.count(Grant)) == (0, 200, 1)


def test_pay_02_without_a_secret_there_is_no_such_address(till: Till) -> None:
    body, headers = till.stripe.webhooks.signed(completed(till), secrets=[""])
    till.set(stripe_webhook_secret=())
    assert till.post(body, headers) == 404
    assert (till.count(StripeEvent), till.count(Order)) == (0, 1)


@pytest.mark.parametrize("size", [257 * 1024, 20 * 1024 * 1024])
def test_pf_31_a_body_above_256_kib_is_refused(till: Till, size: int) -> None:
    assert till.post(b" " * size, {"Stripe-Signature": "t=1,v1=0"}) == 413


def test_an_event_of_200_kib_is_taken(till: Till) -> None:
    assert till.deliver(completed(till), patch={"padding": "x" * 200 * 1024}) == 200
