"""Parts of an article on another page: links lead back into it, and ids stay behind."""

import pytest

from articles.render import elsewhere, plain_text, render


def test_links_within_the_article_lead_there_and_ids_stay_behind() -> None:
    html = '<p id="a">See <a href="#b">b</a> and <a href="/articles/c/#d">c</a>.</p>'
    assert elsewhere(html, "/articles/x/") == (
        '<p>See <a href="/articles/x/#b">b</a> and <a href="/articles/c/#d">c</a>.</p>'
    )


def test_words_that_look_like_attributes_stay() -> None:
    html = '<p>Write <code>&lt;a id="b" href="#c"&gt;</code> or id="d" href="#e".</p>'
    assert elsewhere(html, "/articles/x/") == html


def test_a_sign_in_an_attribute_does_not_end_its_tag() -> None:
    html = '<img src="/media/a.webp" alt="a > b" id="c">'
    assert elsewhere(html, "/articles/x/") == '<img src="/media/a.webp" alt="a > b">'


def test_a_footnote_of_the_article_is_found_there() -> None:
    (block, *_) = render("A rule[^1].\n\n[^1]: Its source.\n").blocks
    shown = elsewhere(block.html, "/articles/x/")
    assert ' id="' not in shown
    assert 'href="/articles/x/#' in shown


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>A <em>clean</em>er claim</p>\n<p>R&amp;D</p>", "A cleaner claim R&D"),
        ("<ul><li>One</li><li>Two</li></ul>", "One Two"),
        ('<p><img src="a" alt="b > c"> d &lt;e&gt;</p>', "d <e>"),
        ("<p><dfn>Plan</dfn></p>", "Plan"),
        ("plain", "plain"),
    ],
)
def test_plain_text_has_the_words_alone(html: str, text: str) -> None:
    assert plain_text(html) == text
