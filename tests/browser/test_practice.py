"""Practicing: without JavaScript by forms, with it where the items stand, by keyboard and by screen reader."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, Profile
from tests.browser.test_pages import TOO_SMALL
from tests.support.axe import complaints_in_both
from website.study.checking import Given, check, comparable

PRACTICE = "/study/cpb/practice?article=what-cmp-means"
EVENTS = """window.told = [];
addEventListener("carrel:answered", ({ target, detail }) => told.push({ ...detail, item: target.dataset.item }))"""
SHIFT = """window.shift = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true })"""


@pytest.fixture
def practice(tab: Page) -> Page:
    """A set of one article, whose events are noted."""
    tab.set_viewport_size(WIDE)
    tab.goto(PRACTICE)
    tab.evaluate(EVENTS)
    return tab


def answer(item: Locator, *, right: bool) -> None:
    """Answer an item as its template says."""
    kind = item.get_attribute("data-kind")
    parts = item.evaluate(
        "item => [...item.querySelector('template').content.children].filter(part => part.dataset.index)"
        ".map(part => ({ index: part.dataset.index, right: 'right' in part.dataset, words: part.dataset.words }))"
    )
    if kind == "question":
        item.locator(
            f"input[value='{next(part['index'] for part in parts if part['right'] == right)}']"
        ).check()
    elif kind == "order":
        for part in parts:
            item.locator(f"select[name$='.{part['index']}']").select_option(
                str(int(part["index"]) + 1 if right else 1)
            )
    else:
        item.locator(".study-field input").fill(parts[0]["words"] if right else "no idea")


def items(page: Page) -> list[Locator]:
    return page.locator(".study-item:visible").all()


def test_a11y_04_without_javascript_a_set_is_answered_checked_and_its_wrong_ones_come_again(
    profile: Profile,
) -> None:
    page = profile(java_script_enabled=False).new_page()
    page.goto(PRACTICE)
    assert not page.locator(".study-bar, .study-keys").locator("visible=true").count()
    page.locator("#item-cmp-managed-care").get_by_label("Comprehensive metabolic panel").check()
    page.get_by_label("Your answer").first.fill("TEFRA")
    page.get_by_role("button", name="Check my answers").click()
    item = page.locator("#item-cmp-managed-care")
    assert "Your answer, wrong" in item.inner_text()
    assert "the setting decides" in item.inner_text()
    assert "Not answered" in page.locator("main").inner_text()
    page.get_by_role("button", name="Practice the wrong").click()
    assert page.locator("#item-cmp-managed-care").is_visible()
    assert page.locator(".study-item").count() <= 2


def test_a11y_01_what_was_checked_has_no_complaint_by_form_or_by_script(tab: Page) -> None:
    for size in (NARROW, WIDE):
        tab.set_viewport_size(size)
        tab.goto(PRACTICE)
        for number, item in enumerate(items(tab)):
            answer(item, right=number % 2 == 0)
        tab.get_by_role("button", name="Check my answers").click()
        assert tab.get_by_role("button", name="Practice the wrong ones again").is_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert tab.evaluate(TOO_SMALL) == []
    assert complaints_in_both(tab) == []


def test_a11y_01_the_page_of_checked_answers_has_no_complaint(profile: Profile) -> None:
    tab = profile().new_page()
    tab.route("**/js/study*", lambda route: route.abort())
    tab.set_viewport_size(NARROW)
    tab.goto(PRACTICE)
    for number, item in enumerate(items(tab)):
        answer(item, right=number % 2 == 0)
    tab.get_by_role("button", name="Check my answers").click()
    expect(tab.locator("h1")).to_contain_text("right")
    tab.wait_for_load_state()
    assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert tab.evaluate(TOO_SMALL) == []
    assert complaints_in_both(tab) == []


def test_an_item_is_checked_where_it_stands_and_nothing_is_fetched(practice: Page) -> None:
    asked: list[str] = []
    practice.on("request", lambda request: asked.append(request.url))
    for number, item in enumerate(items(practice)):
        answer(item, right=number != 0)
        item.get_by_role("button", name="Check").click()
        assert ("Not right." if number == 0 else "Right.") in item.inner_text()
    first = items(practice)[0]
    assert "Read: What CMP can stand for" in first.inner_text()
    told = practice.evaluate("told")
    assert [event["grade"] for event in told] == [1] + [3] * (len(told) - 1)
    assert {(event["kind"], event["mode"]) for event in told} == {("answer", "practice")}
    assert asked == []
    assert practice.url.endswith(PRACTICE)


def test_an_item_cannot_be_checked_before_it_is_answered(practice: Page) -> None:
    items(practice)[0].get_by_role("button", name="Check").click()
    assert practice.get_by_role("status").inner_text() == "Answer first, then check."
    assert practice.evaluate("told") == []


def test_the_choice_goes_by_the_options_in_the_file(practice: Page) -> None:
    item = practice.locator("#item-cmp-managed-care")
    item.get_by_label("Competitive Medical Plan").check()
    item.get_by_role("button", name="Check").click()
    assert practice.evaluate("told[0].choice") == 2


@pytest.mark.parametrize("hinted", [False, True])
def test_right_after_a_hint_is_hard(practice: Page, hinted: bool) -> None:
    item = practice.locator(".study-item:has(.study-hint)").first
    if hinted:
        item.get_by_text("Hint").click()
    answer(item, right=True)
    item.get_by_role("button", name="Check").click()
    assert practice.evaluate("told[0].grade") == (2 if hinted else 3)


def test_a_set_is_practiced_by_keyboard_alone(practice: Page) -> None:
    kinds = [item.get_attribute("data-kind") for item in items(practice)]
    at = kinds.index("question")
    practice.locator(".study-item").nth(at).focus()
    practice.keyboard.press("2")
    assert (
        practice.locator(".study-item").nth(at).locator("input").nth(2).is_checked()
    )  # the first is the revision
    practice.keyboard.press("Enter")
    assert "so far" in practice.get_by_role("status").inner_text()
    assert practice.evaluate("document.activeElement.textContent") == "Next"
    practice.keyboard.press("Enter")
    following = practice.locator(".study-item").nth((at + 1) % len(kinds))
    assert following.evaluate("item => item.contains(document.activeElement)")


def test_no_key_is_taken_while_somebody_types_or_outside_of_items(practice: Page) -> None:
    field = practice.get_by_label("Your answer").first
    field.press_sequentially("n1 9")
    assert field.input_value() == "n1 9"
    field.press("Enter")
    assert practice.evaluate("told.length") == 1
    practice.evaluate("document.activeElement.blur()")
    practice.keyboard.press("1")
    assert practice.locator(".study-item input:checked").count() == 0


def test_the_wrong_ones_come_again_in_place(practice: Page) -> None:
    wrong = items(practice)[1].get_attribute("data-item")
    for number, item in enumerate(items(practice)):
        answer(item, right=number != 1)
    practice.get_by_role("button", name="Check my answers").click()
    results = practice.locator(".study-results")
    assert (
        results.get_by_role("heading").inner_text()
        == f"{len(items(practice)) - 1} of {len(items(practice))} right"
    )
    assert practice.evaluate("document.activeElement.tagName") == "H2"
    assert "Read again: What CMP can stand for" in results.inner_text()
    practice.get_by_role("button", name="Practice the wrong one again").click()
    assert [item.get_attribute("data-item") for item in items(practice)] == [wrong]
    answer(items(practice)[0], right=True)
    practice.get_by_role("button", name="Check my answers").click()
    assert results.get_by_role("heading").inner_text() == "1 of 1 right"


def test_an_item_is_marked_for_review_and_unmarked(practice: Page) -> None:
    button = items(practice)[0].get_by_role("button", name="Mark for review")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert [(event["kind"], event["grade"]) for event in practice.evaluate("told")] == [
        ("mark", 0),
        ("unmark", 0),
    ]


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("Civil monetary penalty", "civil  Monetary PENALTY."), ("Civil monetary penalty", "Cívil monetary penalty…"),
        ("Civil monetary penalty", "“civil monetary penalty”"), ("Civil monetary penalty", "civil-monetary penalty"),
        ("Civil monetary penalty", "  civil monetary penalty ?! "), ("की", "कि"), ("が", "か"), ("أحمد", "احمد"),
        ("!", " ! "), ("!", "?"), ("is", "!"),
    ],
)  # fmt: skip
def test_words_are_compared_as_the_server_compares_them(tab: Page, accepted: str, said: str) -> None:
    tab.goto(PRACTICE)
    tab.evaluate(EVENTS)
    item = tab.locator("#item-cmp-exposure")
    tab.evaluate(
        "words => document.querySelectorAll('#item-cmp-exposure template').forEach(template =>"
        " template.content.querySelectorAll('[data-words]').forEach(part => part.dataset.words = words))",
        comparable(accepted),
    )
    item.locator(".study-field input").fill(said)
    item.get_by_role("button", name="Check").click()
    checked = check("answer", [{"text": accepted, "right": True}], Given(words=said))
    assert tab.evaluate("told.map(event => event.grade)") == ([checked.grade] if checked else [])


def test_web_11_nothing_moves_while_a_set_loads(page: Page) -> None:
    page.set_viewport_size(WIDE)
    page.add_init_script(SHIFT)
    page.goto(PRACTICE)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") == 0


def test_results_are_told_in_words_where_colors_are_forced(practice: Page) -> None:
    practice.emulate_media(forced_colors="active")
    item = practice.locator("#item-cmp-managed-care")
    answer(item, right=False)
    item.get_by_role("button", name="Check").click()
    assert item.get_by_text("Your answer, wrong").is_visible()
    assert item.get_by_text("The right answer").is_visible()
    assert item.get_by_text("Not right.").is_visible()


def test_on_paper_there_is_nothing_to_press(practice: Page) -> None:
    practice.emulate_media(media="print")
    assert not practice.locator("main button").locator("visible=true").count()
    assert practice.locator(".study-item").first.is_visible()
