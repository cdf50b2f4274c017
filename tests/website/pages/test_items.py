"""Items on an article's page: they open without a script, and other pages carry nothing for them."""

import re

from flask.testing import FlaskClient


def test_a_page_with_items_shows_them_and_has_their_style(
    client: FlaskClient, library_with_items: None
) -> None:
    page = client.get("/articles/timely-filing/").text
    assert page.count('<section class="question') == 8
    assert page.count('<section class="case"') == 1
    assert page.index(".steps > li") < page.index("</head>")


def test_a_page_without_items_has_not_a_byte_for_them(client: FlaskClient, library_with_items: None) -> None:
    page = client.get("/articles/clean-claims/").text
    assert not re.search(r"\.steps > li|class=.question|<details class=.(?:hint|answer)|/study", page)


def test_no_slot_stands_directly_before_an_item(client: FlaskClient, library_with_items: None) -> None:
    page = client.get("/articles/timely-filing/").text
    assert 'class="slot ' in page
    before = re.split(r'<section class="(?:question|case)', page)[:-1]
    assert len(before) == 9
    assert not any(re.search(r"class=.slot(?:(?!<p>).)*\Z", text, re.DOTALL) for text in before)
    assert page.partition('<h2 id="try-it">')[0].rstrip().endswith("</p>")
