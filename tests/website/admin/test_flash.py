"""Every action at the desk says that it succeeded, once, and nothing but an action can make a page say so."""

import ast
from pathlib import Path

import pytest
from flask import Flask

from carrel.http import cookies
from carrel.services import Services
from tests.support.browser import Browser
from tests.support.newsletter import put_reader
from tests.support.operators import SUNE, signed_in
from website.admin import app as admin_app
from website.admin.operators.roles import Role

COOKIE = f"__Secure-{cookies.DESK_MESSAGE.base_name}"
SAID = "Pass granted."
# Redirects that do not follow an action: signing in and out, confirming, looking at a draft.
WITHOUT_WORDS = {"sign_out", "again", "prove_first", "see", "check", "continue_request", "welcome", "form"}


@pytest.fixture
def olga(app: Flask, services: Services) -> Browser:
    with services.db.write() as session:
        put_reader(session, "anna@example.org")
    return signed_in(app)


def grant(browser: Browser, *, follow: bool = True) -> str:
    page = browser.get("/admin/readers/1")
    number = next(at for at, form in enumerate(forms(page.text)) if "/give" in form)
    return browser.send(page, number, follow=follow, reason="a present").text


def forms(text: str) -> list[str]:
    return [part.split(">")[0] for part in text.split("<form")[1:] if 'method="post"' in part.split(">")[0]]


def test_an_action_is_confirmed_on_the_next_page_and_only_there(olga: Browser) -> None:
    assert SAID in grant(olga)
    assert SAID not in olga.get("/admin/readers/1").text


def test_a_message_that_was_changed_or_belongs_to_another_session_is_not_shown(
    app: Flask, olga: Browser
) -> None:
    grant(olga, follow=False)
    kept = olga.client.get_cookie(COOKIE, domain="carrel.test", path="/admin/")
    assert kept is not None
    sune = signed_in(app, Role.SUPPORT)
    for value in (kept.value, kept.value[:-2] + "xx", "nonsense", "."):
        sune.client.set_cookie(COOKIE, value, domain="carrel.test", path="/admin/", secure=True)
        page = sune.get("/admin/readers/1")
        assert (page.status_code, SAID in page.text) == (200, False)
        assert SUNE in page.text


def test_no_view_that_changes_something_redirects_without_a_word() -> None:
    silent = set()
    for path in Path(admin_app.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef) and path.name != "flash.py":
                calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
                if any(isinstance(call, ast.Name) and call.id == "see_other" for call in calls):
                    silent.add(function.name)
    assert silent <= WITHOUT_WORDS
