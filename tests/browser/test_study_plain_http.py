"""Studying over plain http under another name than localhost: browsers leave out there what needs a secure context."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from carrel.http import cookies
from tests.browser.studying import DEVICE, PRACTICE, answer, kept, logged, overview, wait_for_rows
from tests.support.accounts import make_reader, make_session
from tests.support.chromium import PROGRAMS, QUIET
from tests.support.live import LiveSite, live_site
from tests.support.served import free_port

HOST = "study.test"
VERSION_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MANY = """() => { for (let n = 0; n < 200; n++) document.querySelector(".study-item").dispatchEvent(
  new CustomEvent("carrel:answered", { bubbles: true, detail: { kind: "mark", grade: 0, choice: 0, mode: "practice" } })); }"""


@pytest.fixture(scope="module")
def plain_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site whose address begins with http:// and a name."""
    port = free_port()
    home = tmp_path_factory.mktemp("plain")
    with live_site(home, port=port, base_url=f"http://{HOST}:{port}") as running:
        yield running


@pytest.fixture(scope="module")
def resolving(browser: Browser) -> Iterator[Browser]:
    """A browser that finds the name on this machine."""
    other = browser.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, PROGRAMS))),
        args=[*QUIET, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
    )
    yield other
    other.close()


@pytest.fixture
def visitor(resolving: Browser, plain_site: LiveSite) -> Iterator[Page]:
    """A page of somebody new, whose scripts must not fail."""
    context = resolving.new_context(base_url=plain_site.settings.base_url)
    page, failures = context.new_page(), list[str]()
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(PRACTICE)
    assert page.evaluate("[isSecureContext, !!crypto.randomUUID, !!navigator.serviceWorker]") == [False] * 3
    yield page
    context.close()
    assert failures == []


def test_a_guests_answers_are_kept_there_too(visitor: Page) -> None:
    answer(visitor)
    wait_for_rows(visitor, 1)
    visitor.evaluate(MANY)
    wait_for_rows(visitor, 201)
    ids = [row[0] for row in kept(visitor)]
    assert [event_id for event_id in ids if not VERSION_4.fullmatch(event_id)] == []
    assert len(set(ids)) == 201
    expect(visitor.get_by_text("This browser keeps nothing")).to_have_count(0)
    overview(visitor)
    expect(visitor.get_by_text("This browser holds 201 answers of a guest.")).to_be_visible()
    expect(visitor.get_by_text("this page does not work offline")).to_be_visible()
    visitor.get_by_text("Forget what this browser holds").click()
    visitor.get_by_role("button", name="Forget it").click()
    expect(visitor.get_by_text("Nothing is due.")).to_be_visible()


def test_a_readers_answers_go_to_the_account(visitor: Page, plain_site: LiveSite) -> None:
    reader = make_reader(plain_site.services.db)
    name, url = cookies.SESSION.name(plain_site.settings), plain_site.settings.base_url
    token = make_session(plain_site.services.db, reader)
    visitor.context.add_cookies([{"name": name, "value": token, "url": url}])
    visitor.goto(PRACTICE)
    with visitor.expect_response("**/study/log"):
        answer(visitor)
    wait_for_rows(visitor, 0, "queue")
    assert len(logged(plain_site, reader)) == 1
    visitor.goto(DEVICE)
    expect(visitor.get_by_role("heading", name="You are signed in")).to_be_visible()
