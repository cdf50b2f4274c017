"""Nothing is kept in a browser that the privacy page does not name."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, Response, session

from carrel.http import cookies, storage_register
from carrel.http.cookies import Cookie
from carrel.http.storage_register import COOKIE, STORAGE, UndeclaredCookieError, declare, items_in_scripts

pytestmark = pytest.mark.own_app

STATIC = Path(__file__).parents[3] / "site" / "website" / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
HERE = {"base_url": "https://carrel.test"}


def names(app: Flask, where: str) -> set[str]:
    return {kept.name for kept in app.extensions[storage_register.EXTENSION] if kept.where == where}


def test_priv_08_the_register_names_the_session_and_what_scripts_keep(app: Flask) -> None:
    assert "__Host-carrel_session" in names(app, COOKIE)
    assert names(app, STORAGE) == {"display", "carrel-study"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_priv_08_a_script_keeps_only_what_some_script_declares(script: str) -> None:
    text = re.sub(r"^\s*//.*", "", STATIC.joinpath("js", script).read_text("utf-8"), flags=re.MULTILINE)
    declared = {kept.name for kept in items_in_scripts(STATIC)}
    assert set(re.findall(r"(?:get|set|remove)Item\(\s*[\"'`]([^\"'`]+)", text)) <= declared
    assert len(re.findall(r"(?:local|session)Storage", text)) == len(
        re.findall(r"localStorage\.\w+Item\(\"", text)
    )
    assert not re.search(r"document\.cookie|cookieStore", text)
    if re.search(r"indexedDB|caches\W", text):
        # One database and one cache, and no other name for either.
        names = re.findall(r"(?:indexedDB|caches\??)\.(?:open|delete|deleteDatabase)\(([^,)]+)", text)
        assert set(names) <= {"NAME", '"carrel-study"'}
        assert set(re.findall(r"const NAME = \"([^\"]+)\"", text)) <= {"carrel-study"}
        assert "carrel-study" in declared


def test_priv_08_an_undeclared_cookie_fails_whoever_sets_it(app: Flask) -> None:
    def ours() -> Response:
        response = Response("x")
        response.set_cookie("sneaky", "1")
        return response

    def flasks() -> str:
        session["sneaky"] = 1
        return "x"

    app.secret_key = "for this test only"
    app.add_url_rule("/ours", view_func=ours)
    app.add_url_rule("/flasks", view_func=flasks)
    for path, name in (("/ours", "sneaky"), ("/flasks", "session")):
        with pytest.raises(UndeclaredCookieError) as refused:
            app.test_client().get(path, **HERE)
        assert refused.value.name == name


def test_a_declared_cookie_passes_and_stands_on_the_list(app: Flask) -> None:
    known_cookie = Cookie("known", timedelta(minutes=1))
    declare(app, known_cookie, purpose="Tells a test that it may pass.", lasts="A moment")

    @app.get("/known")
    def known() -> Response:
        response = Response("x")
        known_cookie.set(response, "1")
        cookies.SESSION.set(response, "token")
        return response

    assert app.test_client().get("/known", **HERE).status_code == 200
    assert "__Host-known" in names(app, COOKIE)


def test_the_templates_know_the_register(app: Flask) -> None:
    assert app.jinja_env.globals["register"] is app.extensions[storage_register.EXTENSION]
