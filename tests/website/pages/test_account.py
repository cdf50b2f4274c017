"""The reader's own page."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from carrel.accounts import sessions
from carrel.accounts.models import Reader, ReaderSession
from carrel.mail.models import OutboxMail
from carrel.services import Services
from tests.support.accounts import ANNA, BOB, make_reader, make_session
from tests.support.articles import put_article
from tests.support.browser import Browser, forms_of
from tests.website.study.study_rows import put_item

SESSION = "__Host-carrel_session"


def enter(services: Services, app: Flask, reader: Reader, *, proven: bool = True) -> Browser:
    """A browser that is signed in as this reader."""
    browser = Browser(app)
    token = make_session(services.db, reader, proven=proven)
    browser.client.set_cookie(SESSION, token, domain="carrel.test", secure=True)
    return browser


@pytest.fixture
def reader(services: Services) -> Reader:
    return make_reader(services.db)


@pytest.fixture
def anna(services: Services, app: Flask, reader: Reader) -> Browser:
    return enter(services, app, reader)


def form_number(page: object, action: str) -> int:
    return next(n for n, form in enumerate(forms_of(page)) if form.action == action)  # type: ignore[arg-type]


def alive(services: Services, reader: Reader) -> int:
    with services.db.read() as session:
        return len(sessions.of_reader(session, reader.id))


def test_a_guest_is_led_to_the_sign_in_page_and_back(app: Flask) -> None:
    page = Browser(app).get("/account/")
    assert page.request.path == "/sign-in/"
    assert forms_of(page)[0].fields["next"] == "/account/"


def test_the_page_is_nobody_elses(anna: Browser) -> None:
    page = anna.get("/account/")
    assert ANNA in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_it_leads_to_what_is_due_and_to_the_plan_of_each_exam_with_items(
    services: Services, anna: Browser
) -> None:
    assert "/study/" not in anna.get("/account/").text
    with services.db.write() as session:
        put_item(session, exam="cpb")
        put_article(session, "care", exam="ccm")
    page = anna.get("/account/").text
    assert 'href="/study/today"' in page
    assert 'href="/study/plan/cpb"' in page
    assert "/study/plan/ccm" not in page


def test_auth_07_one_browser_is_signed_out(
    services: Services, app: Flask, anna: Browser, reader: Reader
) -> None:
    other = enter(services, app, reader)
    page = anna.get("/account/")
    assert page.text.count("Firefox on Linux") == 2
    number = next(n for n, form in enumerate(forms_of(page)) if form.action.endswith("/end"))
    assert "signed out" in anna.send(page, number).text
    assert other.get("/account/").request.path == "/sign-in/"
    assert anna.get("/account/").request.path == "/account/"


def test_auth_07_all_other_browsers_are_signed_out(
    services: Services, app: Flask, anna: Browser, reader: Reader
) -> None:
    others = [enter(services, app, reader) for _ in range(3)]
    page = anna.get("/account/")
    anna.send(page, form_number(page, "/account/sessions/end"))
    assert alive(services, reader) == 1
    assert [other.get("/account/").request.path for other in others] == ["/sign-in/"] * 3


def test_auth_10_nobody_ends_somebody_elses_session(services: Services, app: Flask, anna: Browser) -> None:
    bob = make_reader(services.db, BOB)
    enter(services, app, bob)
    with services.db.read() as session:
        (his,) = sessions.of_reader(session, bob.id)
    token = forms_of(anna.get("/account/"))[0].fields["csrf_token"]
    assert anna.post(f"/account/sessions/{his.id}/end", {"csrf_token": token}).status_code == 404
    assert alive(services, bob) == 1


def test_data_19_everything_comes_as_one_file(anna: Browser) -> None:
    response = anna.get("/account/export")
    assert response.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = response.get_json()
    assert data["account"]["email"] == ANNA
    assert [browser_session["browser"] for browser_session in data["sessions"]] == ["Firefox on Linux"]
    assert {"exported_at", "former_addresses", "mails"} <= set(data)


@pytest.mark.parametrize("path", ["/account/export", "/account/delete"])
def test_data_19_an_old_proof_is_asked_for_again(
    services: Services, anna: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "FRESH", sessions.FRESH * 0)
    page = anna.get(path)
    assert page.request.path == "/sign-in/again"
    anna.send(page)
    with services.db.read() as session:
        assert session.scalars(select(OutboxMail.to_key)).all() == [ANNA]


def test_data_20_leaving_needs_the_box(services: Services, anna: Browser, reader: Reader) -> None:
    answer = anna.send(anna.get("/account/delete"))
    assert answer.status_code == 400
    assert alive(services, reader) == 1


def test_data_20_leaving_for_good(services: Services, anna: Browser, reader: Reader) -> None:
    answer = anna.send(anna.get("/account/delete"), sure="yes")
    assert "Your account is deleted" in answer.text
    assert anna.cookie(SESSION) is None
    with services.db.read() as session:
        assert session.get_one(Reader, reader.id).erased_at
        assert session.scalar(select(func.count(ReaderSession.id))) == 0


def test_decision_1_a_browser_that_paid_sees_its_pass_and_how_to_keep_it(
    services: Services, app: Flask
) -> None:
    guest = enter(services, app, make_reader(services.db, None, ad_free=True), proven=False)
    page = guest.get("/account/")
    assert "Add your email to keep your pass" in page.text
    assert "Change it" not in page.text
    assert guest.get("/account/export").get_json()["account"]["email"] is None


def test_a_message_that_we_did_not_write_is_not_shown(anna: Browser) -> None:
    assert "evil" not in anna.get("/account/?done=evil").text
    assert "Your address is changed" in anna.get("/account/?done=address").text
