"""The files that stand inside pages: each is allowed by its hash, and nothing else that stands in a page is."""

import base64
import hashlib
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.http import inline

PATHS = ("/", "/exams/cpb/", "/articles/timely-filing/", "/pass/", "/sign-in/", "/nowhere")


def hashes_of(page: str, tag: str) -> set[str]:
    """The hashes of what stands in a page's elements of this name."""
    texts = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    return {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts}


def allowed(policy: str, directive: str) -> set[str]:
    match = re.search(rf"{directive} ([^;]+)", policy)
    assert match
    return set(re.findall(r"'sha256-([^']+)'", match[1]))


@pytest.mark.parametrize("path", PATHS)
def test_every_inline_script_and_style_of_a_page_is_allowed_by_its_hash(
    client: FlaskClient, library_with_items: None, path: str
) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert len(hashes_of(answer.text, "script")) >= 2
    assert hashes_of(answer.text, "script") <= allowed(policy, "script-src")
    assert hashes_of(answer.text, "style") <= allowed(policy, "style-src")
    assert "unsafe" not in policy


def test_pages_with_slots_and_items_have_both_styles_inside(
    client: FlaskClient, library_with_items: None
) -> None:
    page = client.get("/articles/timely-filing/").text
    assert len(hashes_of(page, "style")) == 2


def test_no_hash_switches_off_what_a_network_needs_for_its_styles(app: Flask) -> None:
    policy = {"script-src": "'self' https://ads.example", "style-src": "'self' 'unsafe-inline'"}
    with app.app_context():
        inline.allow(policy)
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["script-src"].startswith("'self' https://ads.example 'sha256-")


def test_a_page_that_may_run_nothing_still_runs_nothing(app: Flask) -> None:
    policy = {"script-src": "'none'", "style-src": "'unsafe-inline'"}
    with app.app_context():
        inline.allow(policy)
    assert policy["script-src"] == "'none'"


def test_the_admin_pages_allow_nothing_inside(client: FlaskClient) -> None:
    policy = client.get("/admin/sign-in").headers["Content-Security-Policy"]
    assert "sha256" not in policy
