"""Confirming that it is you carries the action on: nothing typed is lost, nothing is done twice."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from carrel import clock
from payments.fulfillment.fulfill import fulfill
from payments.models import Order, Refund, RefundRequest
from tests.payments.conftest import no_invalid_signatures_yet, settings, shop, stripe_  # noqa: F401
from tests.support.browser import Browser, forms_of
from tests.support.operators import code_now, signed_in
from tests.support.payments import Shop
from tests.website.admin.authenticator import Device
from tests.website.admin.test_passkeys_added import press
from website.admin.operators.models import OperatorSession

REASON = 'asked by mail, "twice" <b>'


@pytest.fixture
def stale(app: Flask, shop: Shop) -> Browser:  # noqa: F811
    """Olga's browser, a quarter of an hour after she gave a code, before the order of a buyer."""
    fulfill(shop.context, shop.buy())
    olga = signed_in(app)
    with shop.services.db.write() as session:
        session.execute(update(OperatorSession).values(proven_at=clock.now() - timedelta(minutes=15)))
    return olga


def ask(olga: Browser, shop: Shop, reason: str = REASON) -> TestResponse:  # noqa: F811
    """She asks for a refund; what she is shown."""
    return olga.send(olga.get(f"/admin/orders/{shop.rows(Order)[0].reference}"), -1, reason=reason)


def test_the_typed_reason_comes_along_and_the_refund_is_said(shop: Shop, stale: Browser) -> None:  # noqa: F811
    page = ask(stale, shop)
    assert "Confirm it’s you" in page.text
    assert shop.count(Refund) == 0
    wrong = stale.send(page, -1, code="000000")
    assert "code is incorrect" in wrong.text
    assert shop.count(Refund) == 0
    done = stale.send(wrong, -1, code=code_now(shop.services))
    assert "Refunded $4.99" in done.text
    assert "&lt;b&gt;" in done.text
    assert [request.reason for request in shop.rows(RefundRequest)] == [REASON]
    assert shop.count(Refund) == 1


def test_a_passkey_carries_it_on_too(phone: Device, shop: Shop, stale: Browser) -> None:  # noqa: F811
    done = press(stale, ask(stale, shop), "/admin/passkeys/again", phone)
    assert "Refunded $4.99" in done.text
    assert shop.count(Refund) == 1


def test_what_is_carried_on_leads_nowhere_but_to_the_operators_pages(shop: Shop, stale: Browser) -> None:  # noqa: F811
    page = ask(stale, shop)
    fields = forms_of(page)[-1].fields | {"then": "https://evil.test/", "code": code_now(shop.services)}
    answer = stale.post("/admin/again", fields, follow=False)
    assert (answer.status_code, answer.headers["Location"]) == (307, "/admin/")


def test_a_script_of_ours_is_sent_to_confirm_as_ever(stale: Browser) -> None:
    token = forms_of(stale.get("/admin/again"))[-1].fields["csrf_token"]
    answer = stale.client.post(
        "/admin/passkeys/add/challenge", data={"csrf_token": token}, headers={"Sec-Fetch-Mode": "cors"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/again?next=/admin/")


def test_a_page_says_of_a_refund_only_what_the_ledger_says(shop: Shop, stale: Browser) -> None:  # noqa: F811
    reference = shop.rows(Order)[0].reference
    assert "Refunded" not in stale.get(f"/admin/orders/{reference}?done=refund").text
