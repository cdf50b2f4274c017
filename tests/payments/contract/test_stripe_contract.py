"""What Carrel relies on at Stripe, tested on the fake Stripe and, on request, on Stripe itself.

Only what needs no browser: nothing here is ever paid. Sessions left open expire by themselves.
"""

import time
import uuid
from typing import Any

import pytest
import stripe
from stripe.checkout import Session

from tests.payments.contract.shop_params import TITLE, params

Client = stripe.StripeClient


def create(api: Client, key: str | None = None, **changes: Any) -> Session:
    """Create a session with the shop's own parameters, but for what is changed."""
    options: stripe.RequestOptions = {"idempotency_key": key} if key else {}
    return api.v1.checkout.sessions.create(params() | changes, options)


def refused(api: Client, **changes: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create(api, **changes)
    assert caught.value.http_status == 400
    return caught.value


def replayed(session: Session) -> bool:
    assert session.last_response is not None
    return session.last_response.headers.get("Idempotent-Replayed") == "true"


@pytest.fixture
def key() -> str:
    return f"contract-{uuid.uuid4()}"


@pytest.fixture(scope="module")
def opened(stripe_api: Client) -> Session:
    return create(stripe_api)


def test_a_new_session_is_open_unpaid_and_carries_our_order(opened: Session) -> None:
    assert opened.id.startswith("cs_test_")
    assert (opened.status, opened.payment_status, opened.mode) == ("open", "unpaid", "payment")
    assert (opened.amount_subtotal, opened.amount_total, opened.currency) == (499, 499, "usd")
    assert opened.livemode is False
    assert opened.metadata is not None
    assert opened.metadata.to_dict() == {"order": opened.client_reference_id, "site": "contract"}
    assert opened.automatic_tax.enabled is False
    assert opened.url is not None
    assert opened.payment_intent is None
    assert opened.customer_details is None


def test_a_session_lasts_as_long_as_it_is_told_and_a_day_otherwise(stripe_api: Client) -> None:
    soon = int(time.time()) + 40 * 60
    assert create(stripe_api, expires_at=soon).expires_at == soon
    lasting = create(stripe_api, expires_at=None)
    assert abs(lasting.expires_at - lasting.created - 24 * 3600) < 60


@pytest.mark.parametrize("minutes", [5, 25 * 60])
def test_a_session_lasts_thirty_minutes_at_least_and_a_day_at_most(stripe_api: Client, minutes: int) -> None:
    assert refused(stripe_api, expires_at=int(time.time()) + minutes * 60).param == "expires_at"


def test_an_unknown_parameter_is_refused(stripe_api: Client) -> None:
    error = refused(stripe_api, color="red")
    assert (error.code, error.param) == ("parameter_unknown", "color")


def test_a_missing_parameter_is_refused(stripe_api: Client) -> None:
    price = {"unit_amount": 499, "product_data": {"name": "A pass"}}
    error = refused(stripe_api, line_items=[{"price_data": price, "quantity": 1}])
    assert (error.code, error.param) == ("parameter_missing", "line_items[0][price_data][currency]")


def test_a_number_that_is_none_is_refused(stripe_api: Client) -> None:
    error = refused(stripe_api, expires_at="soon")
    assert (error.code, error.param) == ("parameter_invalid_integer", "expires_at")


def test_a_mode_that_does_not_exist_is_refused(stripe_api: Client) -> None:
    assert refused(stripe_api, mode="donation").param == "mode"


def test_an_amount_under_the_smallest_charge_is_refused(stripe_api: Client) -> None:
    price = {"currency": "usd", "unit_amount": 10, "product_data": {"name": "A pass"}}
    assert refused(stripe_api, line_items=[{"price_data": price, "quantity": 1}]).code == "amount_too_small"


def test_what_is_sold_can_be_expanded_and_listed(stripe_api: Client, opened: Session) -> None:
    session = stripe_api.v1.checkout.sessions.retrieve(opened.id, {"expand": ["line_items"]})
    assert session.line_items is not None
    listed = stripe_api.v1.checkout.sessions.line_items.list(opened.id)
    for (item,) in (session.line_items.data, listed.data):
        assert item.price is not None
        assert (item.quantity, item.amount_subtotal, item.amount_total) == (1, 499, 499)
        assert (item.price.unit_amount, item.price.currency, item.price.type) == (499, "usd", "one_time")
        assert item.description == TITLE
        assert isinstance(item.price.product, str)


def test_line_items_are_shown_when_they_are_asked_for(stripe_api: Client, opened: Session) -> None:
    assert opened.line_items is not None
    assert "line_items" not in stripe_api.v1.checkout.sessions.retrieve(opened.id)


def test_what_cannot_be_expanded_is_refused(stripe_api: Client, opened: Session) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_api.v1.checkout.sessions.retrieve(opened.id, {"expand": ["nothing_of_the_kind"]})
    assert caught.value.http_status == 400


def test_an_unknown_session_is_not_found(stripe_api: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_api.v1.checkout.sessions.retrieve("cs_test_nothing")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_another_key_is_not_let_in(stripe_api: Client) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        stripe_api.v1.events.list({"limit": 1}, {"api_key": "sk_test_not_a_key_of_anybody"})
    assert caught.value.http_status == 401


def test_sessions_are_listed_newest_first_by_pages(stripe_api: Client) -> None:
    older, newer = create(stripe_api), create(stripe_api)
    since: Any = {"created": {"gte": older.created}, "limit": 1}
    first = stripe_api.v1.checkout.sessions.list(since)
    assert (len(first.data), first.has_more) == (1, True)
    second = stripe_api.v1.checkout.sessions.list(since | {"starting_after": first.data[0].id})
    assert second.data[0].id != first.data[0].id
    listed = [s.id for s in stripe_api.v1.checkout.sessions.list(since | {"limit": 20}).data]
    assert {older.id, newer.id} <= set(listed)


def test_an_open_session_expires_once_and_an_event_tells_it(stripe_api: Client) -> None:
    session = create(stripe_api)
    expired = stripe_api.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_api.v1.checkout.sessions.expire(session.id)
    assert caught.value.http_status == 400
    event = event_about(stripe_api, session.id)
    assert (event.type, event.livemode) == ("checkout.session.expired", False)
    assert event.data.object["status"] == "expired"


def event_about(api: Client, session_id: str) -> stripe.Event:
    """The event of the session's end; Stripe may take some seconds to list it."""
    for pause in (0, 1, 2, 4, 8):
        time.sleep(pause)
        events = api.v1.events.list({"types": ["checkout.session.expired"], "limit": 100})
        for event in events.data:
            if event.data.object["id"] == session_id:
                return event
    raise AssertionError(f"no event about {session_id}")


def test_the_same_key_and_parameters_give_the_same_session(stripe_api: Client, key: str) -> None:
    same = params()
    first, second = (stripe_api.v1.checkout.sessions.create(same, {"idempotency_key": key}) for _ in range(2))
    assert (first.id, replayed(first)) == (second.id, False)
    assert replayed(second)


def test_the_same_key_with_other_parameters_is_refused(stripe_api: Client, key: str) -> None:
    create(stripe_api, key)
    with pytest.raises(stripe.IdempotencyError) as caught:
        create(stripe_api, key, client_reference_id="order-2")
    assert caught.value.http_status == 400


def test_a_refused_form_does_not_use_up_its_key(stripe_api: Client, key: str) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(stripe_api, key, color="red")
    assert create(stripe_api, key).status == "open"


def test_a_refund_needs_a_payment_that_exists(stripe_api: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_api.v1.refunds.create({"payment_intent": "pi_nothing"})
    assert caught.value.code == "resource_missing"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_api.v1.refunds.create({})
    assert caught.value.http_status == 400


def test_a_refund_has_one_of_three_reasons(stripe_api: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe_api.v1.refunds.create({"payment_intent": "pi_nothing", "reason": "changed_my_mind"})
    assert (caught.value.http_status, caught.value.param) == (400, "reason")


@pytest.mark.parametrize("kind", ["disputes", "events", "refunds"])
def test_lists_can_be_filtered_by_creation_time(stripe_api: Client, kind: str) -> None:
    listed = getattr(stripe_api.v1, kind).list({"created": {"gte": int(time.time()) - 60}, "limit": 1})
    assert listed["object"] == "list"


def test_the_balance_is_listed_by_pages_with_what_moved_it(stripe_api: Client) -> None:
    listed = stripe_api.v1.balance_transactions.list(
        {"created": {"gte": int(time.time()) - 86_400}, "limit": 1, "expand": ["data.source"]}
    )
    assert listed["object"] == "list"
    for transaction in listed.data:
        assert transaction.net == transaction.amount - transaction.fee


def test_early_fraud_warnings_can_be_listed(stripe_api: Client) -> None:
    listed = stripe_api.v1.radar.early_fraud_warnings.list(
        {"created": {"gte": int(time.time())}, "limit": 100}
    )
    assert listed["object"] == "list"


def test_undelivered_events_can_be_asked_for(stripe_api: Client) -> None:
    assert stripe_api.v1.events.list({"delivery_success": False, "limit": 1})["object"] == "list"
    with pytest.raises(stripe.InvalidRequestError):
        stripe_api.v1.events.list({"limit": 101})
