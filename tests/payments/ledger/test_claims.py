"""A pass bought without an account finds its owner by a proven address, and by nothing else."""

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
from tests.support.payments import Till


def prove(till: Till, reader: Reader) -> None:
    """The reader signs in by mail."""
    with till.services.db.write() as session:
        hooks.address_proven(session, readers.get(session, reader.id))


def has_pass(till: Till, reader: Reader) -> bool:
    return bool(till.read(lambda session: readers.get(session, reader.id).ad_free))


def bought(till: Till, email: str = "anna@example.org", browser: FlaskClient | None = None) -> str:
    session_id = till.buy(browser, email=email)
    fulfill(till.shop, session_id)
    return session_id


def claimed(till: Till) -> list[str]:
    return list(till.read(lambda session: session.scalars(select(Claim.email_key)).all()))


@pytest.mark.parametrize("typed", ["anna@example.org", "Anna@Example.ORG", "ANNA@EXAMPLE.ORG"])
def test_whoever_proves_the_address_has_the_pass_in_any_case_of_letters(till: Till, typed: str) -> None:
    bought(till, typed)
    anna = make_reader(till.services.db)
    assert not has_pass(till, anna)
    prove(till, anna)
    assert (has_pass(till, anna), claimed(till)) == (True, [])
    assert [order.reader_id for order in till.rows(Order)] == [anna.id]


def test_another_address_gets_nothing(till: Till) -> None:
    bought(till)
    bob = make_reader(till.services.db, "bob@example.org")
    prove(till, bob)
    assert (has_pass(till, bob), claimed(till)) == (False, ["anna@example.org"])


def test_the_browser_that_paid_keeps_its_edition_and_never_sees_the_account(till: Till) -> None:
    browser = till.browser()
    bought(till, browser=browser)
    anna = make_reader(till.services.db)
    prove(till, anna)
    found = till.read(lambda session: sessions.find(session, till.cookie(browser)))
    assert (found.reader_id, found.reader.ad_free, sessions.may_see_account(found)) == (anna.id, True, False)


def test_two_passes_of_one_person_stay_two_payments(till: Till) -> None:
    bought(till)
    bought(till, "ANNA@example.org")
    anna = make_reader(till.services.db)
    prove(till, anna)
    assert has_pass(till, anna)
    first = till.stripe.sessions()[0]["id"]
    till.stripe.refund(first)
    fulfill(till.shop, first)
    assert has_pass(till, anna)  # by the other one


def test_refunding_both_ends_it(till: Till) -> None:
    both = [bought(till), bought(till)]
    anna = make_reader(till.services.db)
    prove(till, anna)
    for session_id in both:
        till.stripe.refund(session_id)
        fulfill(till.shop, session_id)
    assert not has_pass(till, anna)


def test_a_refunded_pass_is_no_pass_for_whoever_proves_the_address(till: Till) -> None:
    session_id = bought(till)
    till.stripe.refund(session_id)
    fulfill(till.shop, session_id)
    anna = make_reader(till.services.db)
    prove(till, anna)
    assert not has_pass(till, anna)


def test_an_account_that_paid_is_never_claimed_by_an_address_at_checkout(till: Till) -> None:
    bob = make_reader(till.services.db, "bob@example.org")
    browser = till.with_session(make_session(till.services.db, bob))
    bought(till, "anna@example.org", browser)
    anna = make_reader(till.services.db)
    prove(till, anna)
    assert (has_pass(till, anna), has_pass(till, bob), claimed(till)) == (False, True, [])


def test_a_claim_waits_while_a_delayed_payment_is_on_its_way(till: Till) -> None:
    session_id = till.order(till.browser())
    till.stripe.pay_later(session_id, email="anna@example.org")
    fulfill(till.shop, session_id)
    anna = make_reader(till.services.db)
    prove(till, anna)
    till.stripe.settle(session_id)
    fulfill(till.shop, session_id)
    assert has_pass(till, anna)


def test_merging_two_accounts_moves_payments_and_gifts(till: Till) -> None:
    anna, bob = make_reader(till.services.db), make_reader(till.services.db, "bob@example.org")
    bought(till, browser=till.with_session(make_session(till.services.db, bob)))
    with till.services.db.write() as session:
        manual_grants.give(session, bob.id, "olga", "a prize")
        readers.merge(session, readers.get(session, bob.id), readers.get(session, anna.id))
    assert (has_pass(till, anna), has_pass(till, bob)) == (True, False)


def erase(till: Till, reader_id: int) -> None:
    with till.services.db.write() as session:
        erasure.erase(session, till.services.settings, readers.get(session, reader_id))


def everything(session: Session) -> str:
    """Every text in the tables that payments fill, and the outbox."""
    rows: list[Any] = [*session.scalars(select(Order)), *session.scalars(select(Claim))]
    rows += session.scalars(select(OutboxMail).where(OutboxMail.key.not_like("erased:%")))
    return " ".join(str(vars(row)) for row in rows).lower()


def test_pay_31_the_ledger_stays_and_the_address_goes(till: Till) -> None:
    bought(till, "anna@example.org")
    erase(till, 1)
    assert "anna" not in till.read(everything)
    (order,) = till.rows(Order)
    assert (order.state, order.receipt_url, order.return_to) == ("paid", None, "/")


def test_pay_31_so_it_is_for_somebody_with_an_account(till: Till) -> None:
    anna = make_reader(till.services.db)
    bought(till, browser=till.with_session(make_session(till.services.db, anna)))
    erase(till, anna.id)
    assert "anna" not in till.read(everything)


def test_leaving_stops_no_mail_of_somebody_whose_address_was_only_typed(till: Till) -> None:
    anna = make_reader(till.services.db)
    bought(till, browser=till.with_session(make_session(till.services.db, anna)))
    mallory = till.browser()
    bought(till, "anna@example.org", mallory)
    erase(till, till.rows(Reader)[-1].id)
    assert till.mails()[0].to_address == "anna@example.org"


def test_a_change_of_address_keeps_the_pass(till: Till) -> None:
    anna = make_reader(till.services.db)
    bought(till, browser=till.with_session(make_session(till.services.db, anna)))
    with till.services.db.write() as session:
        reader = readers.get(session, anna.id)
        reader.email = reader.email_key = "anna@new.example"
        hooks.address_proven(session, reader)
    assert has_pass(till, anna)


def test_where_to_write_is_the_account_before_the_claim(till: Till) -> None:
    bought(till, "typed@example.org")
    anna = make_reader(till.services.db)

    def address(session: Session) -> str | None:
        return claims.address_of(session, session.scalars(select(Order)).one())

    assert till.read(address) == "typed@example.org"
    with till.services.db.write() as session:
        readers.merge(session, readers.get(session, 1), readers.get(session, anna.id))
    assert till.read(address) == "anna@example.org"


@pytest.mark.parametrize("typed", ["no address", "a@b@c", "", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_not_kept(till: Till, typed: str) -> None:
    bought(till, typed)
    assert (claimed(till), till.ad_free(), till.mails()) == ([], [True], [])
