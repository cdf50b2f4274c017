"""The daily work with people and their money, through the screens."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from carrel import clock
from carrel.audit import AuditEntry
from payments.fulfillment.fulfill import fulfill
from payments.models import Order, Refund, StripeEvent
from tests.payments.conftest import no_invalid_signatures_yet, settings, shop, stripe_  # noqa: F401
from tests.support.browser import Browser
from tests.support.newsletter import put_reader, put_subscriber
from tests.support.operators import EDDA, OLGA, signed_in
from tests.support.payments import Shop
from website.admin.operators.roles import Role

BUYER = "buyer@work.example"


@pytest.fixture
def bought(shop: Shop) -> str:  # noqa: F811
    fulfill(shop.context, shop.buy(email=BUYER))
    return str(shop.rows(Order)[0].reference)


@pytest.fixture
def olga(app: Flask) -> Browser:
    return signed_in(app)


def acts(shop: Shop) -> list[tuple[str, str, str]]:  # noqa: F811
    entries: Any = shop.read(
        lambda session: session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    )
    return [(entry.actor, entry.action, entry.reason) for entry in entries]


def test_a_buyer_is_found_and_their_money_returned(shop: Shop, olga: Browser, bought: str) -> None:  # noqa: F811
    assert '<a href="/admin/readers/1">' in olga.get(f"/admin/find?q={BUYER}").text
    reader = olga.get("/admin/readers/1")
    assert f'<a href="/admin/orders/{bought}">' in reader.text
    done = olga.send(olga.get(f"/admin/orders/{bought}"), -1, reason="asked by mail")
    assert "Refund this order" not in done.text
    assert "$4.99" in done.text
    assert (shop.count(Refund), shop.ad_free()) == (1, [False])
    assert acts(shop) == [(OLGA, "order.refund", "asked by mail")]


def test_money_returns_only_for_a_reason_and_only_once(shop: Shop, olga: Browser, bought: str) -> None:  # noqa: F811
    page = olga.get(f"/admin/orders/{bought}")
    assert "Enter a reason" in olga.send(page, -1, reason="  ").text
    assert shop.count(Refund) == 0
    olga.send(page, -1, reason="asked by mail")
    assert "Nothing is left to refund" in olga.send(page, -1, reason="asked by mail").text
    assert shop.count(Refund) == 1


@pytest.mark.sweep
def test_a_pass_is_given_and_taken_back_for_a_reason(shop: Shop, olga: Browser) -> None:  # noqa: F811
    shop.order(shop.browser())
    assert "Enter a reason" in olga.send(olga.get("/admin/readers/1"), 1, reason="").text
    given = olga.send(olga.get("/admin/readers/1"), 1, reason="a prize")
    assert "yes (gift)" in given.text
    assert shop.ad_free() == [True]
    assert "no (withdrawn)" in olga.send(given, 1, reason="shared with a class").text
    assert shop.ad_free() == [False]
    assert acts(shop) == [(OLGA, "pass.give", "a prize"), (OLGA, "pass.take-back", "shared with a class")]


def test_a_dead_event_gets_its_tries_again(shop: Shop, olga: Browser, bought: str) -> None:  # noqa: F811
    shop.deliver_all("checkout.session.completed")
    with shop.services.db.write() as session:
        undone = {"handled_at": None, "outcome": "", "dead_at": clock.now(), "tries": 10, "last_error": "Odd"}
        session.execute(update(StripeEvent).values(undone))
    event = shop.rows(StripeEvent)[0].event_id
    assert event in olga.get("/admin/inbox/?state=dead").text
    page = olga.send(olga.get(f"/admin/inbox/{event}"), -1)
    assert ">Retry<" not in page.text
    assert [(row.tries, row.dead_at) for row in shop.rows(StripeEvent)] == [(0, None)]
    assert acts(shop) == [(OLGA, "event.retry", "")]


@pytest.mark.parametrize(
    "path", ["/admin/readers/99", "/admin/orders/none", "/admin/inbox/none", "/admin/alarms/9"]
)
def test_an_unknown_thing_is_not_found(olga: Browser, path: str) -> None:
    assert olga.get(path).status_code == 404


def test_auth_10_an_editor_moves_no_money(app: Flask, shop: Shop, bought: str) -> None:  # noqa: F811
    edda = signed_in(app, Role.EDITOR)
    token = edda.get("/admin/ads/").text.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"csrf_token": token, "reason": "because"}
    for path in (f"/admin/orders/{bought}/refund", "/admin/readers/1/give", "/admin/readers/1/take-back"):
        assert edda.post(path, fields).status_code == 403
    refused = (EDDA, "operator.role_refused", "")
    assert (shop.count(Refund), shop.ad_free(), acts(shop)) == (0, [True], [refused] * 3)


def test_data_19_and_20_a_reader_who_asks_gets_their_data_and_is_erased(shop: Shop, olga: Browser) -> None:  # noqa: F811
    with shop.services.db.write() as session:
        put_reader(session, BUYER)
        put_subscriber(session, BUYER)
    page = olga.get("/admin/readers/1")
    assert json.loads(olga.send(page, 2).text)["account"]["email"] == BUYER
    assert "Check the box" in olga.send(page, 3).text
    assert "Erased reader 1" in olga.send(page, 3, sure="1").text
    assert BUYER not in olga.get("/admin/readers/").text + olga.get("/admin/subscribers/").text
    assert [(actor, action) for actor, action, _ in acts(shop)] == [
        (OLGA, "reader.export"),
        (OLGA, "reader.erase"),
    ]
    assert "Erase this reader" not in olga.get("/admin/readers/1").text
