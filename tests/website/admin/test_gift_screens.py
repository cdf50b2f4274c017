"""Giving a pass away by a code at the desk, and revoking gifts."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from carrel.audit import AuditEntry
from payments.gift_models import Gift, GiftRedemption
from tests.payments.conftest import settings, shop, stripe_
from tests.payments.gift_shop import code_of, gift_of, give, has_pass, page_of, redeem
from tests.support.browser import Browser
from tests.support.operators import OLGA, signed_in
from tests.support.payments import Shop
from website.admin.operators.roles import Role

__all__ = ["settings", "shop", "stripe_"]
CODE = re.compile(r'class="voucher-code">([^<]+)<')


@pytest.fixture
def olga(app: Flask) -> Browser:
    return signed_in(app)


def made(olga: Browser, reason: str = "for Ms. Hill's class") -> tuple[str, str]:
    """The path of a new gift's page, and its code."""
    page = olga.send(olga.get("/admin/gifts/new"), -1, reason=reason)
    code = CODE.search(page.text)
    assert code, page.text
    return "/admin/gifts/1", code[1]


def acts(shop: Shop) -> list[tuple[str, str, str]]:
    entries = shop.read(lambda session: session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all())
    return [(entry.actor, entry.action, entry.reason) for entry in entries]


def test_a_code_is_made_for_a_reason_and_redeemed_without_an_account(shop: Shop, olga: Browser) -> None:
    assert "Enter a reason" in olga.send(olga.get("/admin/gifts/new"), -1, reason=" ").text
    page, code = made(olga)
    assert CODE.search(olga.get(page).text), "it is shown until it is used"
    bob = shop.browser()
    assert redeem(bob, code).status_code == 200
    assert has_pass(shop, bob)
    used = olga.get(page).text
    assert code not in used
    assert "/admin/readers/1" in used
    assert acts(shop) == [(OLGA, "gift.make", "for Ms. Hill's class")]


def test_one_that_was_not_used_is_revoked(shop: Shop, olga: Browser) -> None:
    page, code = made(olga)
    assert "Enter a reason" in olga.send(olga.get(page), -1, reason="").text
    assert "Revoke gift" not in olga.send(olga.get(page), -1, reason="a mistake").text
    assert redeem(shop.browser(), code).status_code == 409
    assert acts(shop)[-1] == (OLGA, "gift.revoke", "a mistake")


def test_one_that_was_used_is_revoked_and_the_pass_ends(shop: Shop, olga: Browser) -> None:
    page, code = made(olga)
    bob = shop.browser()
    redeem(bob, code)
    form = olga.get(page)
    olga.send(form, -1, reason="sold on")
    assert not has_pass(shop, bob)
    assert olga.send(form, -1, reason="again").status_code == 409


def test_the_code_of_a_bought_gift_is_its_buyers_alone(shop: Shop, olga: Browser) -> None:
    session_id = give(shop)
    page = olga.get("/admin/gifts/1").text
    assert code_of(shop, session_id) not in page
    assert page_of(shop, session_id).rpartition("/")[2] in page
    order = olga.get(f"/admin/orders/{page_of(shop, session_id).rpartition('/')[2]}").text
    assert '<a href="/admin/gifts/1">' in order
    assert "its code stops working" in order


def test_a_bought_gift_can_be_revoked_without_moving_money(shop: Shop, olga: Browser) -> None:
    session_id = give(shop)
    olga.send(olga.get("/admin/gifts/1"), -1, reason="a stolen card")
    assert redeem(shop.browser(), code_of(shop, session_id)).status_code == 409
    assert gift_of(shop, session_id).revoked_at is None, "the ledger says it"


def test_gifts_are_listed_and_found_by_a_whole_code(shop: Shop, olga: Browser) -> None:
    _, code = made(olga)
    give(shop)
    assert olga.get("/admin/gifts/").text.count("/admin/gifts/") >= 2
    found = olga.get(f"/admin/gifts/?q={code.lower()}").text
    assert "Ms. Hill" in found
    assert "Carrel: membership, as a gift" not in found
    assert "Ms. Hill" not in olga.get("/admin/gifts/?q=ABCDE-FGHJK-LMNPQ-RSTUV").text
    assert "Ms. Hill" not in olga.get("/admin/gifts/?from=bought").text


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.SUPPORT, 200), (Role.EDITOR, 403)])
def test_owner_and_support_give_and_an_editor_does_not(
    app: Flask, shop: Shop, role: Role, status: int
) -> None:
    browser = signed_in(app, role)
    assert browser.get("/admin/gifts/new").status_code == status
    assert browser.get("/admin/gifts/").status_code == status


def test_a_gift_that_is_none_is_not_found(olga: Browser, shop: Shop) -> None:
    assert olga.get("/admin/gifts/77").status_code == 404
    assert (shop.count(Gift), shop.count(GiftRedemption)) == (0, 0)
