"""The webhook endpoint: what it accepts, stores, and responds."""

from typing import Any

import pytest
from sqlalchemy import event as sql
from sqlalchemy.exc import OperationalError

from carrel.mail.models import Alarm, OutboxMail
from payments.models import Grant, Order, Payment, StripeEvent
from payments.stripe.client import StripeApi
from tests.support.payments import Shop


def completed(shop: Shop) -> dict[str, Any]:
    """The event of a pass that was bought just now."""
    shop.buy()
    return shop.stripe.events("checkout.session.completed")[-1]


def test_pf_04_the_webhook_alone_gives_the_pass(shop: Shop) -> None:
    assert shop.deliver(completed(shop)) == 200
    assert (shop.count(Grant), shop.ad_free()) == (1, [True])


@pytest.mark.parametrize("address", ["/webhooks/stripe", "/webhooks/stripe/"])
def test_pay_14_both_addresses_answer_themselves(shop: Shop, address: str) -> None:
    body, headers = shop.stripe.webhooks.signed(completed(shop))
    answer = shop.browser().post(address, data=body, headers=headers)
    assert (answer.status_code, answer.data) == (200, b"")


def test_pay_14_no_origin_no_cookie_and_no_token_are_needed(shop: Shop) -> None:
    body, headers = shop.stripe.webhooks.signed(completed(shop))
    sender = shop.browser()
    crossing = {**headers, "Origin": "https://elsewhere.test", "Sec-Fetch-Site": "cross-site"}
    assert sender.post("/webhooks/stripe", data=body, headers=crossing).status_code == 200


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_pay_14_other_methods_are_no_way_in(shop: Shop, method: str) -> None:
    assert getattr(shop.browser(), method)("/webhooks/stripe").status_code in {403, 405}


def test_pay_01_a_changed_byte_is_refused_and_nothing_is_written(shop: Shop) -> None:
    body, headers = shop.stripe.webhooks.signed(completed(shop))
    answer = shop.browser().post("/webhooks/stripe", data=body.replace(b"paid", b"pa1d"), headers=headers)
    assert (answer.status_code, answer.data) == (400, b"")
    assert (shop.count(StripeEvent), shop.count(Grant), shop.count(Alarm)) == (0, 0, 0)


def test_pay_26_a_burst_of_forgeries_raises_one_alarm(shop: Shop) -> None:
    for _ in range(25):
        assert shop.post(b"{}", {"Stripe-Signature": "t=1,v1=00"}) == 400
    assert shop.alarms() == ["webhook-signatures"]
    assert shop.count(StripeEvent) == 0


@pytest.mark.parametrize(("age", "status"), [(299, 200), (302, 400)])
def test_pay_03_a_genuine_event_is_believed_for_five_minutes(shop: Shop, age: int, status: int) -> None:
    assert shop.deliver(completed(shop), age=age) == status
    assert shop.alarms() == ([] if status == 200 else ["webhook-clock"])


@pytest.mark.parametrize("age", [-600, 600])
def test_pf_33_a_clock_that_is_ten_minutes_off_is_told(shop: Shop, age: int) -> None:
    shop.deliver(completed(shop), age=age)
    assert shop.alarms() == ["webhook-clock"]


@pytest.mark.parametrize("age", [-240, 240])
def test_pf_33_four_minutes_do_no_harm(shop: Shop, age: int) -> None:
    assert shop.deliver(completed(shop), age=age) == 200
    assert (shop.alarms(), shop.ad_free()) == ([], [True])


def test_pf_16_an_event_of_the_other_mode_is_refused_and_told(shop: Shop) -> None:
    assert shop.deliver(completed(shop), patch={"livemode": True}) == 400
    assert (shop.alarms(), shop.count(StripeEvent), shop.count(Grant)) == (["webhook-mode"], 0, 0)


def test_pf_17_somebody_elses_sale_is_acknowledged_and_ignored(shop: Shop) -> None:
    shop.stripe.sell_unrelated_product()
    assert set(shop.deliver_all()) == {200}
    assert {row.outcome for row in shop.rows(StripeEvent)} == {"ignored"}
    assert (shop.count(Payment), shop.count(OutboxMail), shop.alarms()) == (0, 0, [])


def test_pay_10_another_carrel_on_the_same_account_is_ignored(shop: Shop) -> None:
    session_id = shop.buy()
    shop.stripe.change(session_id, metadata={"site": "ffffffffffffffff", "order": "x"})
    assert set(shop.deliver_all("checkout.session.completed")) == {200}
    assert (shop.count(Payment), shop.rows(StripeEvent)[0].outcome) == (0, "ignored")


def test_pay_12_an_unknown_type_is_acknowledged_and_not_kept(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    assert shop.deliver(shop.stripe.emit("checkout.session.sung", session_id)) == 200
    assert shop.count(StripeEvent) == 0


def test_pay_05_an_event_that_comes_twice_is_kept_once(shop: Shop) -> None:
    event = completed(shop)
    assert [shop.deliver(event) for _ in range(3)] == [200] * 3
    assert (shop.count(StripeEvent), shop.count(Grant), shop.count(OutboxMail)) == (1, 1, 1)


def test_pay_13_one_call_to_stripe_is_made_and_no_mail_is_sent(shop: Shop) -> None:
    event = completed(shop)
    before = len(shop.stripe.api.requests)
    shop.deliver(event)
    calls = list(shop.stripe.api.requests)[before:]
    assert [(call.method, call.path.rpartition("/")[0]) for call in calls] == [
        ("GET", "/v1/checkout/sessions")
    ]


def test_pay_13_an_event_that_is_done_costs_no_call_at_all(shop: Shop) -> None:
    event = completed(shop)
    shop.deliver(event)
    before = len(shop.stripe.api.requests)
    assert shop.deliver(event) == 200
    assert len(shop.stripe.api.requests) == before


def test_pay_15_our_version_of_the_api_is_asked_for(shop: Shop) -> None:
    shop.deliver(completed(shop))
    assert {call.stripe_version for call in shop.stripe.api.requests} == {"2026-10-28.endive"}


def test_pay_12_when_stripe_cannot_be_asked_the_event_waits(shop: Shop) -> None:
    event = completed(shop)
    shop.stripe.api.down()
    assert shop.deliver(event) == 500
    assert (shop.count(Grant), shop.rows(StripeEvent)[0].tries) == (0, 0)
    shop.stripe.api.up()
    assert shop.deliver(event) == 200
    assert shop.count(Grant) == 1


def test_data_03_no_write_transaction_is_open_while_stripe_is_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = completed(shop)
    begun: list[str] = []
    sql.listen(shop.services.db.engine, "begin", lambda _: begun.append("begin"))
    sql.listen(shop.services.db.engine, "commit", lambda _: begun.append("end"))
    ask = StripeApi.retrieve_checkout_session
    during: list[list[str]] = []

    def look(stripe: StripeApi, session_id: str) -> Any:
        during.append(begun.copy())
        return ask(stripe, session_id)

    monkeypatch.setattr(StripeApi, "retrieve_checkout_session", look)
    shop.deliver(event)
    assert [log.count("begin") - log.count("end") for log in during] == [0]


@pytest.mark.parametrize("field", ["type", "id", "client_reference_id", "payment_intent", "customer"])
def test_sql_in_an_event_does_nothing(shop: Shop, field: str) -> None:
    evil = "x'; DROP TABLE payment; --"
    patch = {field: evil} if field == "type" else {"data": {"object": {field: evil}}}
    assert shop.deliver(completed(shop), patch=patch) in {200, 400}
    assert shop.count(Payment) in {0, 1}


def test_pay_12_a_database_that_cannot_be_written_is_no_success(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = completed(shop)

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", None, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr("payments.webhooks.inbox.lease", locked)
        assert shop.deliver(event) == 503
    assert (shop.count(StripeEvent), shop.deliver(event), shop.count(Grant)) == (0, 200, 1)


def test_pay_02_without_a_secret_there_is_no_such_address(shop: Shop) -> None:
    body, headers = shop.stripe.webhooks.signed(completed(shop), secrets=[""])
    shop.set(stripe_webhook_secret=())
    assert shop.post(body, headers) == 404
    assert (shop.count(StripeEvent), shop.count(Order)) == (0, 1)


@pytest.mark.parametrize("size", [257 * 1024, 20 * 1024 * 1024])
def test_pf_31_a_body_above_256_kib_is_refused(shop: Shop, size: int) -> None:
    assert shop.post(b" " * size, {"Stripe-Signature": "t=1,v1=0"}) == 413


def test_an_event_of_200_kib_is_taken(shop: Shop) -> None:
    assert shop.deliver(completed(shop), patch={"padding": "x" * 200 * 1024}) == 200
