"""A pass bought without an account goes to whoever proves the email address, and to nobody else."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts import erasure, hooks, readers, sessions
from carrel.accounts.models import Reader
from carrel.mail.models import OutboxMail
from payments.fulfillment.fulfill import fulfill
from payments.ledger import claims, manual_grants
from payments.models import Claim, Order
from tests.support.accounts import make_reader, make_session
from tests.support.payments import Shop


def prove(shop: Shop, reader: Reader) -> None:
    """The reader signs in by mail."""
    with shop.services.db.write() as session:
        hooks.address_proven(session, readers.get(session, reader.id))


def has_pass(shop: Shop, reader: Reader) -> bool:
    return bool(shop.read(lambda session: readers.get(session, reader.id).ad_free))


def bought(shop: Shop, email: str = "anna@example.org", browser: FlaskClient | None = None) -> str:
    session_id = shop.buy(browser, email=email)
    fulfill(shop.context, session_id)
    return session_id


def claimed(shop: Shop) -> list[str]:
    return list(shop.read(lambda session: session.scalars(select(Claim.email_key)).all()))


@pytest.mark.parametrize("typed", ["anna@example.org", "Anna@Example.ORG", "ANNA@EXAMPLE.ORG"])
def test_whoever_proves_the_address_has_the_pass_in_any_case_of_letters(shop: Shop, typed: str) -> None:
    bought(shop, typed)
    anna = make_reader(shop.services.db)
    assert not has_pass(shop, anna)
    prove(shop, anna)
    assert (has_pass(shop, anna), claimed(shop)) == (True, [])
    assert [order.reader_id for order in shop.rows(Order)] == [anna.id]


def test_another_address_gets_nothing(shop: Shop) -> None:
    bought(shop)
    bob = make_reader(shop.services.db, "bob@example.org")
    prove(shop, bob)
    assert (has_pass(shop, bob), claimed(shop)) == (False, ["anna@example.org"])


def test_the_browser_that_paid_keeps_its_edition_and_never_sees_the_account(shop: Shop) -> None:
    browser = shop.browser()
    bought(shop, browser=browser)
    anna = make_reader(shop.services.db)
    prove(shop, anna)
    reader_session = shop.read(lambda session: sessions.find(session, shop.cookie(browser)))
    assert (
        reader_session.reader_id,
        reader_session.reader.ad_free,
        sessions.may_see_account(reader_session),
    ) == (anna.id, True, False)


def test_a_stranger_who_bought_with_your_address_is_marked_in_your_account_and_put_out_with_one_button(
    shop: Shop,
) -> None:
    stranger = shop.browser()
    bought(shop, browser=stranger)
    anna = make_reader(shop.services.db)
    here = shop.with_session(make_session(shop.services.db, anna))
    assert "Address not proven" not in here.get("/account/").text
    prove(shop, anna)
    assert "Address not proven" in here.get("/account/").text
    here.post("/account/sessions/end", data={"csrf_token": shop.token(here)})
    assert "Address not proven" not in here.get("/account/").text
    assert shop.read(lambda session: sessions.find(session, shop.cookie(stranger))) is None
    assert has_pass(shop, anna)


def test_two_passes_of_one_person_stay_two_payments(shop: Shop) -> None:
    bought(shop)
    bought(shop, "ANNA@example.org")
    anna = make_reader(shop.services.db)
    prove(shop, anna)
    assert has_pass(shop, anna)
    first = shop.stripe.sessions()[0]["id"]
    shop.stripe.refund(first)
    fulfill(shop.context, first)
    assert has_pass(shop, anna)  # by the other one


def test_refunding_both_ends_it(shop: Shop) -> None:
    both = [bought(shop), bought(shop)]
    anna = make_reader(shop.services.db)
    prove(shop, anna)
    for session_id in both:
        shop.stripe.refund(session_id)
        fulfill(shop.context, session_id)
    assert not has_pass(shop, anna)


def test_a_refunded_pass_is_no_pass_for_whoever_proves_the_address(shop: Shop) -> None:
    session_id = bought(shop)
    shop.stripe.refund(session_id)
    fulfill(shop.context, session_id)
    anna = make_reader(shop.services.db)
    prove(shop, anna)
    assert not has_pass(shop, anna)


def test_an_account_that_paid_is_never_claimed_by_an_address_at_checkout(shop: Shop) -> None:
    bob = make_reader(shop.services.db, "bob@example.org")
    browser = shop.with_session(make_session(shop.services.db, bob))
    bought(shop, "anna@example.org", browser)
    anna = make_reader(shop.services.db)
    prove(shop, anna)
    assert (has_pass(shop, anna), has_pass(shop, bob), claimed(shop)) == (False, True, [])


def test_a_claim_waits_while_a_delayed_payment_is_on_its_way(shop: Shop) -> None:
    session_id = shop.order(shop.browser())
    shop.stripe.pay_by_bank_debit(session_id, email="anna@example.org")
    fulfill(shop.context, session_id)
    anna = make_reader(shop.services.db)
    prove(shop, anna)
    shop.stripe.settle_payment(session_id)
    fulfill(shop.context, session_id)
    assert has_pass(shop, anna)


def test_merging_two_accounts_moves_payments_and_gifts(shop: Shop) -> None:
    anna, bob = make_reader(shop.services.db), make_reader(shop.services.db, "bob@example.org")
    bought(shop, browser=shop.with_session(make_session(shop.services.db, bob)))
    with shop.services.db.write() as session:
        manual_grants.grant(session, bob.id, "olga", "a prize")
        readers.merge(session, readers.get(session, bob.id), readers.get(session, anna.id))
    assert (has_pass(shop, anna), has_pass(shop, bob)) == (True, False)


def erase(shop: Shop, reader_id: int) -> None:
    with shop.services.db.write() as session:
        erasure.erase(session, shop.services.settings, readers.get(session, reader_id))


def everything(session: Session) -> str:
    """Every text in the tables that payments fill, and the outbox."""
    rows: list[Any] = [*session.scalars(select(Order)), *session.scalars(select(Claim))]
    rows += session.scalars(select(OutboxMail).where(OutboxMail.key.not_like("erased:%")))
    return " ".join(str(vars(row)) for row in rows).lower()


def test_pay_31_the_ledger_stays_and_the_address_goes(shop: Shop) -> None:
    bought(shop, "anna@example.org")
    erase(shop, 1)
    assert "anna" not in shop.read(everything)
    (order,) = shop.rows(Order)
    assert (order.state, order.receipt_url, order.return_to) == ("paid", None, "/")


def test_pay_31_so_it_is_for_somebody_with_an_account(shop: Shop) -> None:
    anna = make_reader(shop.services.db)
    bought(shop, browser=shop.with_session(make_session(shop.services.db, anna)))
    erase(shop, anna.id)
    assert "anna" not in shop.read(everything)


def test_leaving_stops_no_mail_of_somebody_whose_address_was_only_typed(shop: Shop) -> None:
    anna = make_reader(shop.services.db)
    bought(shop, browser=shop.with_session(make_session(shop.services.db, anna)))
    mallory = shop.browser()
    bought(shop, "anna@example.org", mallory)
    erase(shop, shop.rows(Reader)[-1].id)
    assert shop.mails()[0].to_address == "anna@example.org"


def test_a_change_of_address_keeps_the_pass(shop: Shop) -> None:
    anna = make_reader(shop.services.db)
    bought(shop, browser=shop.with_session(make_session(shop.services.db, anna)))
    with shop.services.db.write() as session:
        reader = readers.get(session, anna.id)
        reader.email = reader.email_key = "anna@new.example"
        hooks.address_proven(session, reader)
    assert has_pass(shop, anna)


def test_where_to_write_is_the_account_before_the_claim(shop: Shop) -> None:
    bought(shop, "typed@example.org")
    anna = make_reader(shop.services.db)

    def address(session: Session) -> str | None:
        return claims.buyer_email(session, session.scalars(select(Order)).one())

    assert shop.read(address) == "typed@example.org"
    with shop.services.db.write() as session:
        readers.merge(session, readers.get(session, 1), readers.get(session, anna.id))
    assert shop.read(address) == "anna@example.org"


@pytest.mark.parametrize("typed", ["no address", "a@b@c", "", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_not_kept(shop: Shop, typed: str) -> None:
    bought(shop, typed)
    assert (claimed(shop), shop.ad_free(), shop.mails()) == ([], [True], [])
