"""A change of address: proven, told, and taken back."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from carrel import clock
from carrel.accounts import address_change, links, sessions, sign_in
from carrel.accounts.links import LinkUsedError
from carrel.accounts.models import LinkPurpose, Reader
from carrel.accounts.sign_in import Browser as DomainBrowser
from carrel.audit import AuditEntry
from carrel.mail.addresses import parse
from carrel.mail.models import OutboxMail
from carrel.services import Services
from tests.carrel.accounts.conftest import SESSION, Post, link_in
from tests.support.accounts import ANNA, BOB, make_reader, make_session
from tests.support.browser import Browser, forms_of
from tests.support.state import dump

pytestmark = pytest.mark.both_databases

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEW = "anna@new.example"


def enter(services: Services, browser: Browser, reader: Reader, *, proven: bool = True) -> str:
    """Let the browser hold a session of this reader."""
    token = make_session(services.db, reader, proven=proven)
    browser.client.set_cookie(SESSION, token, domain="carrel.test", secure=True)
    return token


def email_of(services: Services, reader: Reader) -> str | None:
    with services.db.read() as session:
        return session.get_one(Reader, reader.id).email


def ask(browser: Browser, email: str = NEW) -> int:
    return browser.send(browser.get("/account/address"), email=email).status_code


def mails_to(services: Services, key: str) -> list[str]:
    with services.db.read() as session:
        return list(session.scalars(select(OutboxMail.name).where(OutboxMail.to_key == key)))


@pytest.fixture
def reader(services: Services, anna: Browser) -> Reader:
    """Anna, signed in with a proof from a moment ago."""
    made = make_reader(services.db)
    enter(services, anna, made)
    return made


def test_auth_06_the_new_address_counts_when_it_is_proven(
    services: Services, anna: Browser, reader: Reader, newest_mail: Post
) -> None:
    assert ask(anna) == 200
    assert newest_mail().to_key == NEW
    page = anna.get(link_in(newest_mail()))
    assert email_of(services, reader) == ANNA
    assert "Your address is changed" in anna.send(page).text
    assert email_of(services, reader) == NEW
    with services.db.read() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["reader.new_address"]


def test_auth_06_the_old_address_is_told(
    services: Services, anna: Browser, reader: Reader, newest_mail: Post
) -> None:
    change_to_new(anna, newest_mail)
    mail = newest_mail(ANNA)
    assert mail.name == "carrel.accounts/address_changed"
    assert NEW not in mail.text + mail.html
    assert "/account/address/undo/" in mail.text


def change_to_new(browser: Browser, newest_mail: Post, email: str = NEW) -> None:
    assert ask(browser, email) == 200
    browser.send(browser.get(link_in(newest_mail(email))))


def test_auth_06_opening_the_links_changes_nothing(
    services: Services, anna: Browser, stranger: Browser, reader: Reader, newest_mail: Post
) -> None:
    ask(anna)
    before = dump(services.db)
    for browser in (anna, stranger):
        browser.get(link_in(newest_mail()))
        browser.head(link_in(newest_mail()))
    assert dump(services.db) == before
    change_to_new(anna, newest_mail)
    before = dump(services.db)
    for browser in (anna, stranger):
        browser.get(link_in(newest_mail(ANNA)))
        browser.head(link_in(newest_mail(ANNA)))
    assert dump(services.db) == before


def test_auth_06_a_proof_of_more_than_five_minutes_ago_is_asked_again(
    services: Services, anna: Browser, reader: Reader
) -> None:
    page = anna.get("/account/address")
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        assert anna.get("/account/address").request.path == "/sign-in/again"
        assert anna.send(page, email=NEW).request.path == "/sign-in/again"
    assert mails_to(services, NEW) == []


def test_auth_06_the_account_is_the_sessions_own(
    services: Services, anna: Browser, stranger: Browser, reader: Reader, newest_mail: Post
) -> None:
    bob = make_reader(services.db, BOB)
    enter(services, stranger, bob)
    ask(anna)
    link = link_in(newest_mail())
    assert stranger.get(link).status_code == 410
    fields = forms_of(anna.get(link))[0].fields
    token = forms_of(stranger.get("/account/"))[0].fields["csrf_token"]
    answer = stranger.post(link, fields | {"csrf_token": token, "reader_id": str(reader.id)})
    assert answer.status_code == 410
    assert (email_of(services, reader), email_of(services, bob)) == (ANNA, BOB)


def test_auth_06_a_guest_is_asked_to_sign_in(services: Services, stranger: Browser, anna: Browser,
                                             reader: Reader, newest_mail: Post) -> None:  # fmt: skip
    ask(anna)
    assert stranger.get(link_in(newest_mail())).request.path == "/sign-in/"
    assert stranger.get("/account/address").request.path == "/sign-in/"


def test_auth_06_all_other_browsers_are_signed_out_and_pending_links_die(
    services: Services, anna: Browser, stranger: Browser, reader: Reader, newest_mail: Post
) -> None:
    other = enter(services, stranger, reader)
    with services.db.write() as session:
        pending = links.make(session, LinkPurpose.SIGN_IN, parse(ANNA))
    change_to_new(anna, newest_mail)
    with services.db.read() as session:
        assert sessions.find(session, other) is None
        assert sessions.find(session, anna.cookie(SESSION) or "")
        with pytest.raises(LinkUsedError):
            links.find(session, LinkPurpose.SIGN_IN, pending.token)


def test_auth_06_the_old_address_takes_it_back_for_72_hours(
    services: Services, anna: Browser, stranger: Browser, reader: Reader, newest_mail: Post
) -> None:
    change_to_new(anna, newest_mail)
    link = link_in(newest_mail(ANNA))
    with time_machine.travel(clock.now() + timedelta(hours=71), tick=False):
        assert "Your address is yours again" in stranger.send(stranger.get(link)).text
        assert email_of(services, reader) == ANNA
        with services.db.read() as session:
            assert sessions.of_reader(session, reader.id) == []
        assert stranger.get(link).status_code == 410


def test_auth_06_after_72_hours_it_stays(
    services: Services, anna: Browser, stranger: Browser, reader: Reader, newest_mail: Post
) -> None:
    change_to_new(anna, newest_mail)
    page = stranger.get(link_in(newest_mail(ANNA)))
    with time_machine.travel(clock.now() + timedelta(hours=72, seconds=1), tick=False):
        assert stranger.send(page).status_code == 410
    assert email_of(services, reader) == NEW


def test_auth_06_taking_back_voids_what_the_thief_changed_later(
    services: Services, anna: Browser, stranger: Browser, reader: Reader, newest_mail: Post
) -> None:
    change_to_new(anna, newest_mail)
    first = link_in(newest_mail(ANNA))
    change_to_new(anna, newest_mail, "thief@evil.example")
    second = link_in(newest_mail(NEW))
    stranger.send(stranger.get(first))
    assert email_of(services, reader) == ANNA
    assert stranger.get(second).status_code == 410


def test_auth_06_whoever_signed_in_with_the_old_address_meanwhile_is_the_same_person(
    services: Services, anna: Browser, stranger: Browser, reader: Reader, newest_mail: Post
) -> None:
    change_to_new(anna, newest_mail)
    undo = link_in(newest_mail(ANNA))
    with services.db.write() as session:
        made = links.make(session, LinkPurpose.SIGN_IN, parse(ANNA))
        sign_in.sign_in_with_link(session, made.token, DomainBrowser("Chrome on Windows"))
    stranger.send(stranger.get(undo))
    with services.db.read() as session:
        owner = session.scalars(select(Reader).where(Reader.email_key == ANNA)).one()
        assert owner.id == reader.id


def test_auth_06_an_address_with_an_account_is_told_only_to_its_owner(
    services: Services, anna: Browser, reader: Reader, newest_mail: Post
) -> None:
    make_reader(services.db, BOB)
    taken = anna.send(anna.get("/account/address"), email=BOB)
    free = anna.send(anna.get("/account/address"), email=NEW)
    assert taken.text == free.text
    answer = anna.send(anna.get(link_in(newest_mail(BOB))))
    assert answer.status_code == 409
    assert "already has an account" in answer.text
    assert email_of(services, reader) == ANNA


@pytest.mark.parametrize(
    ("email", "words"), [(ANNA.upper(), "already your address"), ("nobody", "full email address")]
)
def test_a_wrong_new_address_is_told_in_words(
    services: Services, anna: Browser, reader: Reader, email: str, words: str
) -> None:
    answer = anna.send(anna.get("/account/address"), email=email)
    assert answer.status_code == 400
    assert words in answer.text


def test_auth_13_new_addresses_are_limited_like_every_mail(
    services: Services, anna: Browser, reader: Reader
) -> None:
    assert [ask(anna, f"v{n}@example.org") for n in range(6)] == [200] * 5 + [429]


def test_an_anonymous_reader_adds_an_address_by_signing_in(services: Services, anna: Browser) -> None:
    enter(services, anna, make_reader(services.db, None, ad_free=True), proven=False)
    assert anna.get("/account/address").request.path == "/sign-in/"
    assert "Your pass works in this browser" in anna.get("/sign-in/").text


def test_a_browser_that_moved_with_a_merge_cannot_change_the_address(
    services: Services, stranger: Browser
) -> None:
    enter(services, stranger, make_reader(services.db), proven=False)
    for path in ("/account/", "/account/address", "/account/export", "/account/delete"):
        assert stranger.get(path).request.path == "/sign-in/"


def test_an_undo_that_never_was_is_used_up(services: Services) -> None:
    with services.db.write() as session, pytest.raises(LinkUsedError):
        address_change.undo(session, "x" * 43)
