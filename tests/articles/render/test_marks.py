"""Marked words, letters above and below the line, emoji codes, abbreviations."""

import pytest

from articles.render import render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a ==b *c*== d", "a <mark>b <em>c</em></mark> d"),
        ("==b==, c", "<mark>b</mark>, c"),
        ("<kbd>a</kbd> ==b==", "<kbd>a</kbd> <mark>b</mark>"),
        ("这是==重点==内容", "这是<mark>重点</mark>内容"),
        ("x==1 and y==2", "x==1 and y==2"),
        ("if (a)==b and *c*(d)==e", "if (a)==b and <em>c</em>(d)==e"),
        ("a == b and c == d", "a == b and c == d"),
        ("H~2~O and ~~gone~~ and ~gone~", "H<sub>2</sub>O and <del>gone</del> and <del>gone</del>"),
        ("x^2^ + y^-1^, 2^10 and 2^20", "x<sup>2</sup> + y<sup>-1</sup>, 2^10 and 2^20"),
        ("`x^2^ ==a== :smile:`", "<code>x^2^ ==a== :smile:</code>"),
        (
            ":smile: (:+1:), 10:100:00, a:b:c, :nothing: :smile:x",
            "😄 (👍), 10:100:00, a:b:c, :nothing: :smile:x",
        ),
    ],
)
def test_marks_are_read_where_they_are_safe(text: str, html: str) -> None:
    assert render(text).html == f"<p>{html}</p>\n"


def test_an_abbreviation_is_explained_where_it_stands() -> None:
    rendered = render("HTML, `HTML`, XHTML and CSS3.\n\n*[HTML]: HyperText Markup Language\n*[CSS3]: Style\n")
    assert rendered.html == (
        '<p><abbr title="HyperText Markup Language">HTML</abbr>, <code>HTML</code>, XHTML and <abbr title="Style">CSS3</abbr>.</p>\n'
    )
    assert rendered.problems == ()


def test_one_that_the_text_does_not_have_is_named() -> None:
    (problem,) = render("Words.\n\n*[CMP]: care management plan").problems
    assert (problem.line, problem.code, problem.level) == (3, "abbreviation-unused", "warning")


def test_what_only_begins_like_an_abbreviation_is_text() -> None:
    assert render("*[a]: b\nmore words").text == "*[a]: b more words"
