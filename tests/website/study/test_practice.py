"""Practice sets: their items, and their forms."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.db import Database
from tests.support.browser import Browser, forms_of
from tests.website.study.bank import put_article_with, question, questions
from tests.website.study.practice_forms import PRACTICE, answers, parsed
from website.study.practice_set import MOST_ITEMS


def test_every_kind_is_answered_before_anything_opens(client: FlaskClient, library: None) -> None:
    page = parsed(client.get(f"{PRACTICE}?article=kinds").text)
    items = {item.get("data-item"): item for item in page.xpath("//section[@class='study-item']")}
    assert set(items) == {"panel", "letters", "claim-life", "act", "fasting"}
    assert page.xpath("//div[@class='study-case']/div")[0].text_content().startswith("Dana finds")
    for template in page.xpath("//template"):
        template.drop_tree()
    shown = page.text_content()
    assert not any(
        reason in shown
        for reason in ("Thirteen is no panel", "TEFRA Act", "Nothing is charged", "Blood is drawn")
    )


def test_every_item_of_a_case_is_in_its_set_after_the_story(client: FlaskClient, db: Database) -> None:
    inner = "\n".join(question(f"part-{number}") for number in range(4))
    with db.write() as session:
        put_article_with(
            session, "a-case", f"{questions('one', 20)}\n:::: case story\nOnce.\n\n{inner}::::\n", "rules"
        )
    together = 0
    for number in range(1, 8):
        page = parsed(client.get(f"{PRACTICE}?set={number}").text)
        parts = [key for key in page.xpath("//@data-item") if key.startswith("part-")]
        assert parts in ([], ["part-0", "part-1", "part-2", "part-3"])
        assert len(page.xpath("//div[@class='study-case']/div")) == bool(parts)
        together += bool(parts)
    assert together


def test_a_case_that_is_longer_than_a_form_takes_is_cut(client: FlaskClient, db: Database) -> None:
    inner = "\n".join(question(f"part-{number}") for number in range(MOST_ITEMS + 1))
    with db.write() as session:
        put_article_with(session, "a-case", f":::: case story\nOnce.\n\n{inner}::::\n", "rules")
    counts = set()
    for number in range(1, 6):
        page = client.get(f"{PRACTICE}?set={number}").text
        counts.add(page.count('class="study-item"'))
        assert client.post(PRACTICE, data=answers(page)).status_code == 200
    assert counts == {MOST_ITEMS, 1}


def test_a_question_with_two_right_options_says_so_and_takes_both(client: FlaskClient, library: None) -> None:
    page = client.get(f"{PRACTICE}?domain=claims").text
    number = next(
        n
        for n in range(4)
        if 'data-item="both"' in client.get(f"{PRACTICE}?domain=claims&set={n}".replace("&set=0", "")).text
    )
    path = f"{PRACTICE}?domain=claims&set={number}".replace("&set=0", "")
    page = client.get(path).text
    item = parsed(page).get_element_by_id("item-both")
    assert item.xpath(".//legend")[0].text == "Choose two"
    assert len(item.xpath(".//input[@type='checkbox']")) == 3
    assert "<h1>1 of 1 right" in client.post(path, data=answers(page, both=["0", "1"])).text
    assert "<h1>0 of 1 right" in client.post(path, data=answers(page, both=["0"])).text


def test_an_option_has_its_index_in_the_file_however_it_is_shuffled(
    client: FlaskClient, library: None
) -> None:
    orders = set()
    for number in ("", "&set=1", "&set=2", "&set=3"):
        item = parsed(client.get(f"{PRACTICE}?article=kinds{number}").text).get_element_by_id("item-panel")
        shown = {label.find("input").get("value"): label.text_content() for label in item.iter("label")}
        assert shown == {"0": "The panel", "1": "Each test", "2": "Nothing"}
        orders.add(tuple(shown))
    assert len(orders) > 1


def test_forms_of_sets_lead_back_to_their_own_address(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?domain=claims&set=3"
    assert [form.action for form in forms_of(client.get(path))] == [path]


def test_the_wrong_ones_come_again_and_no_others(app: Flask, library: None) -> None:
    browser = Browser(app)
    path = f"{PRACTICE}?article=kinds"
    page = browser.get(path)
    checked = browser.post(path, answers(page.text, panel="0", fasting="1", letters="nothing known"))
    wrong = parsed(checked.text).xpath("//input[@name='again']/@value")
    again = browser.post(path, {"again": wrong})
    assert re.findall(r'data-item="([^"]+)"', again.text) == [
        key for key in re.findall(r'data-item="([^"]+)"', page.text) if key in ("panel", "letters")
    ]
    assert again.headers["Cache-Control"] == "private, no-store"
    assert "<h1>1 of 1 right" in browser.post(path, answers(again.text, panel="1")).text


def test_results_are_for_nobody_else(client: FlaskClient, kept: list[str], library: None) -> None:
    page = client.get(PRACTICE)
    answer = client.post(PRACTICE, data=answers(page.text))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in answer.text
    assert kept == [PRACTICE]
    assert client.get(PRACTICE).data == page.data


@pytest.mark.parametrize("sent", [{}, {"again": ["x"] * 61}, {f"seen.x{n}": "" for n in range(61)}])
def test_a_form_without_items_or_with_too_many_is_refused(
    client: FlaskClient, library: None, sent: dict[str, object]
) -> None:
    assert client.post(PRACTICE, data=sent).status_code == 400


def test_a_form_with_unknown_items_alone_finds_nothing(client: FlaskClient, library: None) -> None:
    assert client.post(PRACTICE, data={"seen.none": "x", "seen.percent": "x"}).status_code == 404
