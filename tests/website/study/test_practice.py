"""The pages to practice with: the hub, kept sets, and what came of the answers."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from articles.models import Exam
from carrel.db import Database
from carrel.http.cookies import SESSION
from carrel.http.response_cache import ResponseCache
from carrel.page_cache import Audience, CachedPage, PageCache, bump_cache_version
from carrel.services import Services, services_of
from tests.articles.items import ALL
from tests.carrel.http.response_cache.conftest import ask
from tests.support.accounts import make_reader, make_session
from tests.support.ads import house_ad
from tests.support.articles import put_article
from tests.support.browser import Browser, forms_of
from tests.website.pages.test_paging import counted
from tests.website.study.bank import put_article_with, question, questions
from website.study.models import StudyEvent, StudyPlan
from website.study.practice_set import MOST_ITEMS

HUB, PRACTICE = "/study/cpb/", "/study/cpb/practice"
TWO_RIGHT = question("both", ("This", "That"), ("Neither",))


@pytest.fixture
def library(db: Database) -> None:
    """Two articles with items, one without, and an ad for every slot."""
    with db.write() as session:
        put_article_with(session, "clean-claims", f"{questions('clean', 12)}\n{TWO_RIGHT}", "claims")
        put_article_with(session, "kinds", ALL, "rules")
        put_article(session, "no-items")
        session.add(house_ad())


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the pages that were put into the cache."""
    keys, put = list[str](), PageCache.put

    def note(cache: PageCache, key: str, audience: Audience, page: CachedPage) -> None:
        keys.append(key)
        put(cache, key, audience, page)

    monkeypatch.setattr(PageCache, "put", note)
    return keys


def sign_in(
    app: Flask, client: FlaskClient, db: Database, *, holder: bool = False, proven: bool = True
) -> int:
    """Give the client a session; the reader's id."""
    reader = make_reader(db, ad_free=holder)
    name = SESSION.name(services_of(app).settings)
    client.set_cookie(name, make_session(db, reader, proven=proven), domain="carrel.test", secure=True)
    return reader.id


def parsed(page: str) -> Any:
    """The page as a tree."""
    return html.fromstring(page)


def answers(page: str, **chosen: object) -> dict[str, object]:
    """The form of a set with these answers by key; underscores stand for hyphens."""
    form = next(form for form in parsed(page).forms if form.get("data-study"))
    return dict(form.form_values()) | {
        f"answer.{key.replace('_', '-')}": value for key, value in chosen.items()
    }


def test_the_hub_counts_by_domain_topic_and_article_and_leads_there(
    client: FlaskClient, library: None
) -> None:
    page = client.get(HUB)
    document = parsed(page.text)
    links = {link.get("href"): link.getparent().text_content() for link in document.xpath("//main//a")}
    assert "18 questions" in page.text
    assert "13 questions" in links[f"{PRACTICE}?domain=claims"]
    assert links[f"{PRACTICE}?topic=medicare"] == "Medicare18"
    assert "5 questions" in links[f"{PRACTICE}?article=kinds"]
    assert "3 cards" in links[f"{HUB}cards/kinds/"]
    assert {PRACTICE, "/study/today", "/study/plan/cpb", f"{HUB}glossary/", f"{HUB}anki.txt"} <= links.keys()
    assert "/articles/no-items/" not in links


def test_an_exam_without_items_has_no_hub_and_no_set(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article(session, "no-items")
    assert [
        client.get(path).status_code for path in (HUB, PRACTICE, "/study/none/", "/study/none/practice")
    ] == [404] * 4
    assert "/study/" not in client.get("/sitemap.xml").text + client.get("/exams/cpb/").text


@pytest.mark.parametrize("path", [HUB, PRACTICE, f"{PRACTICE}?domain=claims&set=3"])
def test_hub_and_sets_may_be_kept_by_a_shared_cache(client: FlaskClient, library: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"


def test_a_kept_set_is_answered_again_without_flask(app: Flask, services: Services, library: None) -> None:
    asked: list[str] = []

    def counting(environ: dict[str, Any], start_response: Any) -> Any:
        asked.append(environ["QUERY_STRING"])
        return app(environ, start_response)

    cache = ResponseCache(counting, services)
    for query in ("", "set=2", "domain=claims&set=3", "set=3&domain=claims"):
        answers_to = [ask(cache, PRACTICE, query=query) for _ in range(2)]
        assert answers_to[0].said == answers_to[1].said
    assert asked == ["", "set=2", "domain=claims&set=3", *["set=3&domain=claims"] * 2]


def test_hubs_are_in_the_sitemap_and_sets_are_for_no_index(client: FlaskClient, library: None) -> None:
    sitemap = client.get("/sitemap.xml").text
    assert f"{HUB}</loc>" in sitemap
    assert "practice" not in sitemap
    assert '<meta name="robots" content="noindex">' in client.get(PRACTICE).text
    assert "noindex" not in client.get(HUB).text


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("?utm_source=x", PRACTICE),
        ("?set=0", PRACTICE),
        ("?set=3&domain=claims", f"{PRACTICE}?domain=claims&set=3"),
        ("?domain=cl%61ims", f"{PRACTICE}?domain=claims"),
        ("?set=3&set=4", f"{PRACTICE}?set=3"),
        ("?page=2", PRACTICE),
    ],
)
def test_another_way_to_write_an_address_leads_to_the_one_that_is_kept(
    client: FlaskClient, kept: list[str], library: None, query: str, canonical: str
) -> None:
    answer = client.get(PRACTICE + query)
    assert (answer.status_code, answer.location) == (301, canonical)
    assert kept == []


@pytest.mark.parametrize(
    "query", ["?set=64", "?domain=none", "?article=no-items", "?topic=none", "?domain=claims&topic=medicare"]
)
def test_what_is_no_set_fills_no_cache(
    client: FlaskClient, kept: list[str], library: None, query: str
) -> None:
    assert client.get(PRACTICE + query).status_code == 404
    assert kept == []


@pytest.mark.parametrize("exam", ["%0d%0aX: y", "%0a", "..%2f..", "%5cevil.test"])
def test_what_is_no_exam_leads_nowhere(client: FlaskClient, exam: str) -> None:
    assert client.get(f"/study/{exam}/practice?x=1").status_code == 404


@pytest.mark.parametrize("holder", [False, True])
def test_no_slot_stands_in_a_set_or_in_its_results_and_one_at_the_foot_of_the_hub(
    app: Flask, client: FlaskClient, db: Database, library: None, holder: bool
) -> None:
    sign_in(app, client, db, holder=holder)
    opened = client.get(PRACTICE)
    checked = client.post(PRACTICE, data=answers(opened.text))
    assert not re.search("slot|data-house", opened.text + checked.text)
    hub = client.get(HUB).text
    assert hub.count('class="slot ') == (0 if holder else 1)
    assert "slot" not in hub.partition("</section>\n<footer")[0].partition("<main")[2]


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


def test_reasons_are_given_for_what_was_chosen_and_for_what_is_right(
    client: FlaskClient, library: None
) -> None:
    path = f"{PRACTICE}?article=kinds"
    text = client.post(
        path, data=answers(client.get(path).text, panel="0", letters="capitated medical payment")
    ).text
    item = parsed(text).get_element_by_id("item-panel")
    said = {each.text: each.getparent().text_content() for each in item.xpath(".//p[@class='study-said']")}
    assert "Thirteen is no panel" in said["Your answer, wrong"]
    assert "Report what was performed" in said["The right answer"]
    assert "That is how the plans were paid" in text.partition("A known mistake")[2]
    assert '/articles/kinds/#question-panel"' in text


def test_a_checked_item_can_be_reported(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    open_set = client.get(path).text
    assert "/study/report" not in open_set
    checked = parsed(client.post(path, data=answers(open_set, panel="0")).text)
    item = checked.get_element_by_id("item-panel")
    (form,) = item.xpath(".//form[@action='/study/report']")
    sent = dict(form.form_values()) | {"words": "The source has moved."}
    assert (sent["exam"], sent["item"], sent["revision"]) == ("cpb", "panel", item.get("data-revision"))
    assert "Thank you" in client.post("/study/report", data=sent).text


def test_an_order_and_a_gap_are_checked_too(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, act=" tefra. ")
    sent |= {f"place.claim-life.{index}": str(index + 1) for index in range(3)}
    assert "<h1>2 of 2 right" in client.post(path, data=sent).text
    text = client.post(path, data=sent | {"place.claim-life.0": "2"}).text
    assert "<h1>1 of 2 right" in text
    assert "You put it at 2" in text


def test_results_go_by_domain_and_say_what_to_read(client: FlaskClient, library: None) -> None:
    sent = {
        "seen.clean-1": revision(client, "clean-1"),
        "answer.clean-1": "1",
        "seen.panel": revision(client, "panel"),
        "answer.panel": "1",
    }
    page = parsed(client.post(PRACTICE, data=sent).text)
    lines = [line.text_content().split("\n") for line in page.xpath("//section[@class='study-results']//li")]
    assert [line[0] for line in lines] == ["Claims 0 of 1 right", "Rules 1 of 1 right"]
    assert lines[0][1] == "Read again: Clean claims"
    assert len(lines[1]) < 3


def revision(client: FlaskClient, key: str) -> str:
    """The revision of an item that some set shows."""
    for number in range(8):
        found = re.search(
            rf'name="seen.{key}" value="(\w+)"',
            client.get(f"{PRACTICE}?set={number}", follow_redirects=True).text,
        )
        if found:
            return found[1]
    raise AssertionError(key)


def test_what_was_not_answered_says_so_and_is_no_mistake(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    text = client.post(path, data=answers(client.get(path).text, panel="1")).text
    assert "<h1>1 of 1 right" in text
    assert "4 not answered, which is no mistake" in text
    assert text.count(">Not answered</p>") == 4
    assert "Practice the wrong" not in text


def test_an_item_that_was_edited_meanwhile_is_not_checked(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, panel="0") | {"seen.panel": "0" * 32}
    text = client.post(path, data=sent).text
    assert "Edited since you opened this page: answer it again" in text
    assert "<h1>0 of 0 right" in text


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


def test_numbers_that_are_none_choose_nothing_that_is_right(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, panel="99999999999999999999", fasting="x")
    sent |= {"place.claim-life.0": "-1", "place.claim-life.1": "²"}
    assert "<h1>0 of 3 right" in client.post(path, data=sent).text


@pytest.mark.parametrize("number", ["40", "41", "63", "99"])
def test_a_number_beyond_all_options_is_kept_as_a_wrong_answer(
    app: Flask, client: FlaskClient, db: Database, library: None, number: str
) -> None:
    sign_in(app, client, db)
    fields = answers(client.get(PRACTICE).text, clean_1=number, clean_2=number)
    assert "0 of " in client.post(PRACTICE, data=fields).text
    with db.read() as session:
        assert {event.grade for event in session.scalars(select(StudyEvent))} == {1}


def test_answers_of_a_signed_in_reader_go_into_the_log_once(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    reader = sign_in(app, client, db)
    with db.write() as session:
        exam = session.scalars(select(Exam)).one()
        session.add(StudyPlan(reader_id=reader, exam_id=exam.id, zone="Pacific/Kiritimati", minutes=20))
    path = f"{PRACTICE}?article=kinds"
    sent = answers(client.get(path).text, panel="0", fasting="1")
    for _ in range(2):
        assert client.post(path, data=sent).status_code == 200
    with db.read() as session:
        events = session.scalars(select(StudyEvent).where(StudyEvent.reader_id == reader)).all()
    assert sorted((event.kind, event.grade, event.choice, event.mode) for event in events) == [
        ("answer", 1, 1, "practice"),
        ("answer", 3, 2, "practice"),
    ]


def test_without_a_script_a_signed_in_reader_marks_items_and_a_guest_is_not_asked(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    path = f"{PRACTICE}?article=kinds"
    assert "mark." not in client.get(path).text
    sign_in(app, client, db)
    page = client.get(path).text
    assert '<noscript><label class="choice"><input type="checkbox" name="mark.panel">' in page
    for _ in range(2):
        client.post(path, data=answers(page) | {"mark.panel": "on", "mark.none": "on"})
    with db.read() as session:
        events = session.scalars(select(StudyEvent)).all()
    assert [(event.kind, event.grade, event.choice) for event in events] == [("mark", 0, 0)]


def test_answers_of_a_session_whose_address_is_not_proven_are_kept_nowhere(
    app: Flask, client: FlaskClient, db: Database, library: None
) -> None:
    sign_in(app, client, db, proven=False)
    path = f"{PRACTICE}?article=kinds"
    assert client.post(path, data=answers(client.get(path).text, panel="0")).status_code == 200
    with db.read() as session:
        assert session.scalars(select(StudyEvent)).all() == []


def test_a_guests_answers_are_kept_nowhere(client: FlaskClient, db: Database, library: None) -> None:
    path = f"{PRACTICE}?article=kinds"
    client.post(path, data=answers(client.get(path).text, panel="0"))
    with db.read() as session:
        assert session.scalars(select(StudyEvent)).all() == []


def test_an_article_with_items_ends_with_the_way_to_practice_them(client: FlaskClient, library: None) -> None:
    line = '<a href="/study/cpb/practice?article=kinds">Practice the 5 questions of this article</a>'
    assert line in client.get("/articles/kinds/").text
    assert "/study" not in client.get("/articles/no-items/").text
    assert '<a href="/study/cpb/">Practice</a>' in client.get("/exams/cpb/").text


def test_no_page_asks_more_of_the_database_when_the_bank_grows(
    client: FlaskClient, db: Database, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PageCache, "get", lambda *_: None)
    paths = [
        HUB,
        PRACTICE,
        f"{PRACTICE}?topic=medicare",
        f"{PRACTICE}?domain=rules",
        f"{PRACTICE}?article=kinds",
    ]
    asked = [_questions_of(client, path) for path in paths]
    with db.write() as session:
        for number in range(12):
            put_article_with(session, f"more-{number}", questions(f"more-{number}", 5), "rules")
        bump_cache_version(session)
    assert (
        max(_questions_of(client, path) for path in paths) <= max(asked) <= 7
    )  # one of them for the story of a case


def _questions_of(client: FlaskClient, path: str) -> int:
    client.get(path)  # what the first page of a process asks
    with counted() as statements:
        assert client.get(path).status_code == 200
    return len(statements)


def test_forms_of_sets_lead_back_to_their_own_address(client: FlaskClient, library: None) -> None:
    path = f"{PRACTICE}?domain=claims&set=3"
    assert [form.action for form in forms_of(client.get(path))] == [path]
