"""HTML in the Markdown, and placeholders."""

import pytest

from articles.render import RenderContext, render


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\nb <b>c</b>", [2]),
        ("a\n\n<div>\nx\n</div>\n\nb", [3]),
        ("a\n\n<!-- for later -->\n\nb", [3]),
        ("- a\n- b <br>\n\n> c <i>", [2, 4]),
        ("<div>", [1]),
        ("## a <b>\n", [1]),
        ("| a |\n|---|\n| <b>x</b> |\n", [3]),
    ],
)
def test_html_is_left_out_and_named_once_a_line(text: str, lines: list[int]) -> None:
    rendered = render(text, RenderContext(first_line=1))
    assert [(problem.line, problem.code) for problem in rendered.problems] == [
        (line, "raw-html") for line in lines
    ]
    assert "<b>" not in rendered.html
    assert "<!--" not in rendered.html


def test_the_words_between_two_tags_stay() -> None:
    assert render("a <b>c</b> d").html == "<p>a c d</p>\n"


def test_html_as_code_is_no_mistake() -> None:
    assert render("`<b>`\n\n    <i>\n\n```\n<!-- -->\n```").problems == ()


@pytest.mark.parametrize("word", ["TODO", "FIXME", "TK", "TKTK", "XXX", "lorem ipsum", "Lorem Ipsum"])
@pytest.mark.parametrize(
    "frame", ["a\n\nb\nc {} d", "a\n\nb\n**{}**", "a\n\n- b\n- {}", "a\n\nb\n![{}](x.png)"]
)
def test_a_placeholder_is_a_mistake_on_its_line(word: str, frame: str) -> None:
    problems = render(frame.replace("{}", word), RenderContext(first_line=7)).problems
    assert [(problem.line, problem.code) for problem in problems] == [(10, "placeholder")]


@pytest.mark.parametrize(
    "text", ["`TODO` and `XXX`", "```\nTODO\n```", "XXX-XX-1234", "a todo list", "ATKINS TKX", "    FIXME"]
)
def test_words_that_only_look_like_placeholders_pass(text: str) -> None:
    assert render(text).problems == ()


def test_windows_line_ends_count_as_one() -> None:
    rendered = render("a\r\n\r\nTODO\r\n", RenderContext())
    assert [problem.line for problem in rendered.problems] == [3]


def test_characters_that_no_page_can_carry_are_dropped() -> None:
    assert render("a\x01b\x0bc &#2;\ufffe").text == "abc"
