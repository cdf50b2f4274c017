"""What the look promises beyond its colors: paper, choices that stay, a contents list that follows."""

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDE, Profile
from tests.browser.test_pages import ARTICLE

QUESTIONS = "/articles/utilization-management/"


def test_on_paper_every_answer_is_open_a_source_shows_its_address_and_nothing_else_is_there(
    page: Page,
) -> None:
    page.goto(QUESTIONS)
    assert not page.locator(".why").first.is_visible()
    page.emulate_media(media="print")
    reasons = page.locator(".why")
    assert reasons.count() >= 3
    assert all(reason.is_visible() for reason in reasons.all())
    for gone in (
        ".masthead nav",
        ".slot",
        ".offer",
        ".contents",
        ".subscribe",
        ".pager",
        ".foot",
        ".anchor",
    ):
        assert not any(one.is_visible() for one in page.locator(gone).all()), gone
    source = page.locator(".sources a").first
    shown = source.evaluate("link => getComputedStyle(link, '::after').content")
    assert source.get_attribute("href") in shown


def test_whoever_wants_to_answer_first_prints_the_questions_without_answers(page: Page) -> None:
    page.goto(QUESTIONS)
    page.get_by_label("Colors and text size").press("Enter")
    page.get_by_label("Without").check(force=True)
    page.reload()
    page.emulate_media(media="print")
    assert page.locator(".question summary:has(.letter)").first.is_visible()
    assert page.locator(".question .steps").first.is_visible()
    assert not any(part.is_visible() for part in page.locator(".question .answer > summary").all())
    assert not any(reason.is_visible() for reason in page.locator(".why").all())


def test_the_panel_changes_colors_and_text_size_and_the_choice_stays(page: Page) -> None:
    page.goto(ARTICLE)
    ground = "getComputedStyle(document.body).backgroundColor"
    size = "parseFloat(getComputedStyle(document.querySelector('.prose p')).fontSize)"
    light, normal = page.evaluate(ground), page.evaluate(size)
    page.get_by_label("Colors and text size").press("Enter")
    page.get_by_label("Dark").check(force=True)
    page.get_by_label("Larger").check(force=True)
    page.keyboard.press("Escape")
    expect(page.locator(".display-panel")).to_be_hidden()
    page.goto("/about/")
    assert page.evaluate(ground) != light
    assert page.evaluate(size) > normal


def test_the_panel_is_not_there_without_javascript(profile: Profile) -> None:
    page = profile(java_script_enabled=False).new_page()
    page.goto(ARTICLE)
    expect(page.locator(".display")).to_be_hidden()


WEIGHT = """() => {
  const sent = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const counted = sent.filter(({ initiatorType }) => !['img', 'beacon', 'fetch'].includes(initiatorType));
  return Object.fromEntries(counted.map(({ name, encodedBodySize }) => [name, encodedBodySize]));
}"""


def test_an_article_weighs_less_than_50_kilobytes_without_its_pictures(profile: Profile) -> None:
    page = profile().new_page()
    for path in (ARTICLE, QUESTIONS):
        page.goto(path, wait_until="networkidle")
        weights = page.evaluate(WEIGHT)
        assert len(weights) >= 4
        assert 10_000 < sum(weights.values()) < 50_000, weights


FIRST_LINE = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('.prose p'));
  return range.getClientRects()[0].bottom + scrollY;
}"""


def test_the_first_sentence_stands_on_the_first_screen_of_a_phone_and_its_offer_on_one_line(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (ARTICLE, QUESTIONS):
        page.goto(path)
        assert page.evaluate(FIRST_LINE) < 650, path
        top = page.locator(".slot-top").bounding_box()
        assert top
        assert top["y"] > page.evaluate(FIRST_LINE), "an ad comes after the first paragraphs"
        offer = page.locator(".offer").bounding_box()
        assert offer
        assert offer["height"] < 40
        assert "$4.99" in page.locator(".offer").inner_text()


def test_what_is_folded_in_a_form_can_be_unfolded_on_a_wide_page(page: Page) -> None:
    page.set_viewport_size(WIDE)
    page.goto("/subscribe/")
    page.get_by_text("Choose topics instead").click()
    expect(page.get_by_role("group", name="Topics")).to_be_visible()


def test_the_contents_list_marks_the_section_that_is_read(page: Page) -> None:
    page.set_viewport_size(WIDE)
    page.goto(ARTICLE)
    links = page.locator(".contents a")
    for number in (2, 1):
        links.nth(number).click()
        expect(page.locator(".contents [aria-current]")).to_have_text(links.nth(number).inner_text())


SIZES = """() => {
  const size = one => parseFloat(getComputedStyle(one).fontSize);
  const all = [...document.querySelectorAll('.footnotes p, .sources li, .note > p, .table td, .why p, .prose p')];
  return {text: size(document.querySelector('.prose > p')), largest: Math.max(...all.map(size)),
          ink: getComputedStyle(document.querySelector('.prose > p')).color};
}"""


def test_on_paper_no_note_is_larger_than_the_text_and_the_ink_is_dark_whatever_the_reader_chose(
    page: Page,
) -> None:
    page.emulate_media(media="print")
    seen = {}
    for size in ("small", "", "large"):
        kept = json.dumps({"theme": "dark", "text": size})
        page.goto(ARTICLE)
        page.evaluate("kept => localStorage.setItem('display', kept)", kept)
        page.reload()
        seen[size] = page.evaluate(SIZES)
        assert seen[size]["largest"] <= seen[size]["text"], size
        assert max(map(int, re.findall(r"\d+", seen[size]["ink"])[:3])) < 90, seen[size]["ink"]
    assert seen["small"]["text"] < seen[""]["text"] < seen["large"]["text"]
