"""The desk under a hostname of its own: no script that runs on the readers' pages shares an origin with it."""

import os
import re
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from carrel.mail import compose
from carrel.services import Services
from carrel.settings import Settings
from tests.caches.wire import Front
from tests.conftest import BASE_URL
from tests.support.ads import house_ad
from tests.support.browser import Browser, forms_of
from tests.support.operators import COOKIE, OLGA, PASSWORD, code_now, put_operator, signed_in
from tests.website.admin.authenticator import Device
from tests.website.admin.passkeys import put_passkey
from tests.website.admin.test_passkeys_added import press
from website.admin.operators import codes
from website.admin.operators.roles import Role
from website.cli import carrel

DESK_URL = "https://desk.carrel.test"
READERS_PATHS = [
    "/about/", "/account/", "/articles/x/", "/exams/cpb/", "/feed.xml", "/me", "/nowhere", "/pass/", "/robots.txt",
    "/search?q=x", "/sign-in/", "/sitemap.xml", "/subscribe/", "/admin", "/static/../admin",
]  # fmt: skip


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As in production, with a name for the desk."""
    return settings.model_copy(update={"desk_url": DESK_URL})


class AtTheDesk(Browser):
    """A browser that opens the desk's address, with an operator's session there if one is given."""

    def __init__(self, app: Flask, token: str = "") -> None:
        super().__init__(app)
        self._with["base_url"] = DESK_URL
        self._with["headers"]["Origin"] = DESK_URL
        if token:
            self.client.set_cookie(COOKIE, token, domain="desk.carrel.test", secure=True)


@pytest.fixture
def operator(app: Flask) -> AtTheDesk:
    """The owner's browser, signed in at the desk."""
    token = signed_in(app).cookie(COOKIE)
    assert token
    return AtTheDesk(app, token)


def admin_paths(app: Flask) -> list[str]:
    """Every page of the desk, whose parts are numbers."""
    rules = app.extensions["admin"].url_map.iter_rules()
    return sorted({f"/admin{re.sub(r'<[^>]+>', '1', each.rule)}" for each in rules})


def test_an_attacker_wants_the_desk_under_the_readers_name(app: Flask) -> None:
    """A script there, or a stolen cookie, meets a page that is not there."""
    browser = signed_in(app)
    nowhere = browser.get("/nowhere")
    for path in admin_paths(app):
        answer = browser.get(path)
        assert (answer.status_code, answer.request.path) == (404, path)
        assert answer.text == nowhere.text, "it does not even say that there is a desk"
        assert browser.post(path, {}).status_code in {403, 404}


def test_an_attacker_wants_to_be_led_from_the_readers_name_to_the_desks(client: FlaskClient) -> None:
    for path in ("/admin", "/admin/", "/admin/sign-in", "/"):
        answer = client.get(path)
        assert "desk." not in answer.text + str(answer.headers)


@pytest.mark.parametrize("path", READERS_PATHS)
def test_an_attacker_wants_the_readers_pages_under_the_desks_name(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url=DESK_URL)
    assert answer.status_code == (308 if path == "/admin" else 404)
    assert "csrf_token" not in answer.text


def test_an_attacker_wants_the_desk_under_a_name_that_is_nobodys(client: FlaskClient) -> None:
    for host in ("evil.test", "desk.carrel.test.evil.test", "desk.carrel.test:8443", "x.desk.carrel.test"):
        assert client.get("/admin/sign-in", headers={"Host": host}).status_code in {404, 421}


def test_an_attacker_wants_a_proxys_word_to_open_the_desk(client: FlaskClient) -> None:
    for name in ("X-Forwarded-Host", "Forwarded", "X-Host"):
        value = f"host={DESK_URL[8:]}" if name == "Forwarded" else DESK_URL[8:]
        assert client.get("/admin/sign-in", headers={name: value}).status_code == 404


def test_an_attacker_wants_a_form_from_the_readers_pages_to_count_at_the_desk(operator: AtTheDesk) -> None:
    page = operator.get("/admin/operators")
    fields = forms_of(page)[0].fields | {"email": "evil@evil.test", "role": "owner"}
    for source in (
        {"Origin": BASE_URL},
        {"Origin": DESK_URL, "Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ):
        answer = operator.post("/admin/operators", fields, headers={"Origin": DESK_URL} | source)
        assert answer.status_code == 403


def test_the_operator_works_under_the_desks_name(operator: AtTheDesk) -> None:
    assert operator.get("/").request.path == "/admin/", "who types the name alone is led on"
    for path in ("/admin/", "/admin/readers/", "/admin/operators", "/admin/me"):
        answer = operator.get(path)
        assert (answer.status_code, answer.request.path) == (200, path)
    sheet = re.search(r'"(/static/css/site\.[0-9a-f]+\.css)"', operator.get("/admin/").text)
    assert sheet
    assert operator.get(sheet[1]).status_code == 200
    assert operator.get("/healthz").status_code == 200


def test_the_operators_cookie_belongs_to_the_desks_host_alone(services: Services, app: Flask) -> None:
    put_operator(services)
    browser = AtTheDesk(app)
    page = browser.get("/admin/sign-in")
    code = code_now(services)
    answer = browser.send(page, email=OLGA, password=PASSWORD, code=code, follow=False)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert COOKIE.startswith("__Host-")
    assert "Domain" not in cookie
    assert browser.get("/admin/").request.path == "/admin/"


def test_links_to_the_desk_name_its_host(operator: AtTheDesk, settings: Settings) -> None:
    made = operator.send(operator.get("/admin/operators"), -1, email="edda@carrel.test", role=Role.EDITOR)
    assert f"{DESK_URL}/admin/set-up/" in made.text
    alarm = {"subject": "It burns", "text": "Look.", "count": 1}
    mail = compose.compose(settings, "carrel.mail", "alarm", alarm=alarm)
    for part in (mail.text, mail.html):
        assert f"{DESK_URL}/admin/" in part
        assert f"{BASE_URL}/admin/" not in part


def test_the_command_prints_a_link_to_its_host(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    given = {"CARREL_HOME": str(settings.home), "DATABASE_URL": settings.database_url}
    for name, value in (given | {"CARREL_BASE_URL": BASE_URL, "CARREL_DESK_URL": DESK_URL}).items():
        monkeypatch.setenv(name, value)
    said = CliRunner().invoke(carrel, ["operator", "add", "sune@carrel.test"])
    assert f"\n  {DESK_URL}/admin/set-up/" in said.output


def test_links_from_the_desk_to_readers_pages_name_theirs_and_do_not_tell_the_desks(
    operator: AtTheDesk, services: Services
) -> None:
    ad = house_ad(url="/pass/")
    with services.db.write() as session:
        session.add(ad)
    for path, link in {"/admin/": f"{BASE_URL}/", f"/admin/ads/{ad.id}": f"{BASE_URL}/pass/"}.items():
        page = operator.get(path)
        assert f'href="{link}"' in page.text
        assert page.headers["Referrer-Policy"] == "same-origin"


AT_THE_DESK: dict[str, Any] = {"origin": DESK_URL, "rp_id": "desk.carrel.test"}


def test_a_passkey_is_added_and_signs_in_at_the_desk(app: Flask, operator: AtTheDesk) -> None:
    phone = Device(**AT_THE_DESK)
    added = press(operator, operator.get("/admin/me"), "/admin/passkeys/add", phone, name="My phone")
    assert "<b>My phone</b>" in added.text
    anew = AtTheDesk(app)
    there = press(anew, anew.get("/admin/sign-in"), "/admin/passkeys/sign-in", phone)
    assert there.request.path == "/admin/"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": BASE_URL, "rp_id": "carrel.test"},  # as before the desk moved
        {"origin": BASE_URL, "rp_id": "desk.carrel.test"},
        {"origin": DESK_URL, "rp_id": "carrel.test"},  # a browser allows that: it is the parent's name
        {"origin": f"{DESK_URL}:8443", "rp_id": "desk.carrel.test"},
    ],
)
def test_an_attacker_wants_a_passkeys_answer_to_another_name_to_count(
    app: Flask, operator: AtTheDesk, lie: dict[str, Any]
) -> None:
    phone = Device(**AT_THE_DESK)
    press(operator, operator.get("/admin/me"), "/admin/passkeys/add", phone, name="My phone")
    anew = AtTheDesk(app)
    refused = press(anew, anew.get("/admin/sign-in"), "/admin/passkeys/sign-in", replace(phone, **lie))
    assert refused.status_code == 403
    assert "This passkey is not registered here" in refused.text


def test_who_lost_the_passkeys_with_the_move_signs_in_with_a_recovery_code(
    app: Flask, services: Services
) -> None:
    olga = put_operator(services)
    put_passkey(services, olga)  # for the readers' host
    with services.db.write() as session:
        recovery = codes.renew_recovery(session, olga.id)
    browser = AtTheDesk(app)
    page = browser.get("/admin/sign-in")
    assert browser.send(page, email=OLGA, password=PASSWORD, code=recovery[0]).request.path == "/admin/"


def test_behind_our_nginx_each_name_has_its_own(nginx: Front, desk: Front) -> None:
    """As it is shipped, with a certificate for both."""
    statuses = {
        path: (nginx.get(path).status, desk.get(path).status)
        for path in (
            "/admin/sign-in",
            "/admin/",
            "/account/",
            "/articles/what-cmp-means/",
            "/feed.xml",
            "/readyz",
        )
    }
    assert statuses == {
        "/admin/sign-in": (404, 200),
        "/admin/": (404, 303),
        "/account/": (303, 404),
        "/articles/what-cmp-means/": (200, 404),
        "/feed.xml": (200, 404),
        "/readyz": (200, 200),
    }
    assert desk.get("/").headers["location"] == "/admin/"


def test_our_nginx_hands_on_what_a_browser_says_of_a_request(nginx: Front, desk: Front) -> None:
    for front, path in ((nginx, "/sign-in/"), (desk, "/admin/sign-in")):
        said = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
        statuses = [
            front.get(path, **said, **{"Sec-Fetch-Dest": destination}).status
            for destination in ("document", "iframe", "object")
        ]
        assert statuses == [200, 403, 403]
