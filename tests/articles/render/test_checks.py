"""Placeholders, and characters that no page can carry."""

import pytest

from articles.render import RenderContext, render


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
