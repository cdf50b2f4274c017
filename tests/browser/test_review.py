"""What is due, and a plan: without JavaScript, on a narrow screen, by keyboard, with nothing for axe to complain about."""

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from articles.models import Exam, StudyItem
from carrel import clock
from carrel.http import cookies
from tests.browser.conftest import NARROW, WIDE, Profile
from tests.support.accounts import make_reader, make_session
from tests.support.axe import complaints_in_both
from tests.support.live import LiveSite
from website.study.days import study_day
from website.study.events import StudyRow
from website.study.log import store
from website.study.models import EventKind

KINDS = {"question": EventKind.ANSWER, "card": EventKind.GRADE}


@pytest.fixture
def signed_in(site: LiveSite, profile: Profile) -> Page:
    """A page, without JavaScript, of a reader who has a question and a card due."""
    reader = make_reader(site.services.db, f"{uuid.uuid4()}@example.org")
    at = clock.now() - timedelta(days=9)
    with site.services.db.write() as session:
        exam = session.scalars(select(Exam).where(Exam.slug == "cpb")).one()
        for kind, event in KINDS.items():
            item = session.scalars(
                select(StudyItem).where(StudyItem.exam_id == exam.id, StudyItem.kind == kind)
            ).first()
            assert item
            day = study_day(at, site.settings.zone)
            row = StudyRow(
                str(uuid.uuid4()), event, "cpb", item.key, item.revision, item.meaning, 1, 0, day, at, "practice"
            )  # fmt: skip
            store(session, reader.id, [row])
    context = profile(java_script_enabled=False)
    token = make_session(site.services.db, reader)
    context.add_cookies([{"name": cookies.SESSION.name(site.settings), "value": token, "url": site.url}])
    return context.new_page()


def test_a11y_04_without_javascript_everything_due_is_answered_and_graded(signed_in: Page) -> None:
    seen: set[str | None] = set()
    signed_in.set_viewport_size(NARROW)
    signed_in.goto("/study/today")
    while signed_in.locator(".study-item").count() and len(seen) < 9:
        kind = signed_in.locator(".study-item").get_attribute("data-kind")
        seen.add(kind)
        assert signed_in.locator("html").evaluate("root => root.scrollWidth") <= NARROW["width"]
        if kind == "card":
            assert not signed_in.get_by_role("button", name="Good").is_visible(), "the back is not open"
            signed_in.locator(".study-back summary").press("Enter")
            signed_in.get_by_role("button", name="Good").press("Enter")
            continue
        for option in signed_in.locator(".study-item input[type=radio]").all():
            option.check()
        signed_in.get_by_role("button", name="Check my answer").press("Enter")
        if signed_in.locator(".study-verdict").inner_text() != "Right":
            assert "once more" in signed_in.locator(".facts-line").inner_text()
            break
        signed_in.get_by_role("link", name="Next").or_(signed_in.get_by_role("link", name="Done")).click()
    assert "question" in seen


@pytest.mark.parametrize("path", ["/study/today", "/study/plan/cpb"])
def test_a11y_01_nothing_to_complain_about(
    site: LiveSite, signed_in: Page, profile: Profile, path: str
) -> None:
    page = profile().new_page()
    page.context.add_cookies(signed_in.context.cookies())  # type: ignore[arg-type]
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert complaints_in_both(page) == []


def test_a11y_01_who_was_signed_out_is_told_without_complaint(signed_in: Page, profile: Profile) -> None:
    page = profile(viewport=NARROW).new_page()
    page.context.add_cookies(signed_in.context.cookies())  # type: ignore[arg-type]
    page.goto("/study/today?exam=cpb&item=cmp-panel")
    page.get_by_role("radio").first.check()
    page.context.clear_cookies()
    page.get_by_role("button", name="Check my answer").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert complaints_in_both(page) == []
    page.get_by_role("link", name="Sign in to keep it").click()
    page.wait_for_url("**/sign-in/?next=/study/today*")


def test_a11y_01_a_guest_is_told_without_complaint(tab: Page) -> None:
    tab.set_viewport_size(NARROW)
    tab.goto("/study/today")
    assert complaints_in_both(tab) == []
