"""A gift, from the form to its recipient and back, at running processes and without a browser's scripts."""

import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from carrel import clock
from payments.gift_models import GiftRedemption
from payments.models import Grant
from tests.faults.site import WAIT_SECONDS, Site, until
from tests.support.buyer import Buyer
from tests.support.payments import CSRF

CODE = re.compile(r'class="voucher-code">([^<]+)<')
LINK = re.compile(r"https?://\S+/pass/redeem/[A-Z0-9-]{23}")


def give(site: Site, buyer: Buyer, **wishes: str) -> str:
    """Order a gift, pay, and let Stripe tell us; the id of the Checkout Session."""
    answer = buyer.press("/pass/gift/", "/pass/gift/", **wishes)
    assert answer.status_code == 303, answer.text
    session_id = answer.headers["Location"].rpartition("/")[2]
    site.stripe.pay(session_id, email="anna@gifts.example")
    site.stripe.webhooks.drain(WAIT_SECONDS)
    return session_id


def test_a_gift_walks_from_the_form_to_its_recipient_and_ends_with_its_money(site: Site) -> None:
    anna, bob = site.buyer(), site.buyer()
    assert 'href="/pass/gift/' in anna.get("/pass/").text
    session_id = give(site, anna, email="bob@gifts.example", giver="Anna", message="Good luck!")
    thanks = anna.return_from(session_id)
    page = thanks.headers["Location"]
    code = CODE.search(anna.get(page).text)
    assert code
    mail = until(lambda: [each for each in site.mail.mails if each.message["To"] == "bob@gifts.example"])[0]
    text = mail.message.get_body(("plain",)).get_content()
    assert "> Good luck!" in text
    link = LINK.search(text)
    assert link
    assert link[0].endswith(code[1])
    opened = bob.get(link[0].removeprefix(site.url))
    assert code[1] in html.unescape(opened.text)
    token = CSRF.search(opened.text)
    assert token
    form = {"csrf_token": token[1], "code": code[1]}
    used = bob.session.post(f"{site.url}/pass/redeem/", data=form, timeout=60)
    assert (used.status_code, "The ads are gone" in used.text) == (200, True)
    assert 'id="page-thanks"' in bob.get("/").text, "a page for holders of the pass"
    assert "Used" in anna.get("/account/").text
    reference = page.partition("?")[0].rpartition("/")[2]
    assert anna.press(page, "/pass/refund", order=reference).status_code == 303
    until(lambda: 'id="page-thanks"' not in bob.get("/").text)
    assert "Ended: refunded" in anna.get(page).text
    assert site.alarms() == set()


def test_two_redeemers_want_one_gift_from_several_processes(site: Site) -> None:
    anna = site.buyer()
    page = anna.return_from(give(site, anna)).headers["Location"]
    code = CODE.search(anna.get(page).text)
    assert code
    before = clock.now()
    people = [site.buyer() for _ in range(10)]

    def use(buyer: Buyer) -> int:
        return buyer.press("/pass/redeem/", "/pass/redeem/", code=code[1]).status_code

    with ThreadPoolExecutor(len(people)) as pool:
        assert sorted(pool.map(use, people)) == [200] + [409] * 9
    assert site.count(GiftRedemption.redeemed_at > before) == 1
    assert site.count(Grant.recorded_at > before) == 0, "the grant is the one that the payment made"


@pytest.mark.parametrize("field", ["giver", "message"])
def test_a_link_does_not_get_through(site: Site, field: str) -> None:
    answer = site.buyer().press("/pass/gift/", "/pass/gift/", **{field: "Win at evil.example"})
    assert (answer.status_code, "Leave out addresses and links" in answer.text) == (400, True)
