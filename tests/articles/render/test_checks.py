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


def test_html_right_before_the_end_of_a_container_is_a_mistake_as_the_parser_drops_it() -> None:
    question = "::: question\nWhich?\n\n- [x] One.\n\n  Why.\n\n- [ ] Two.\n\n  {}:::"
    rendered = render(question.format("<div>Why not.\n"))
    assert ("Why not" in rendered.html, [(p.line, p.code) for p in rendered.problems if p.line == 11]) == (
        False,
        [(11, "html-before-fence")],
    )
    for safe in ("<div>Why not.</div>\n\n", "Why not.\n", "<https://example.org>\n"):
        rendered = render(question.format(safe))
        assert [p.code for p in rendered.problems if p.level == "error"] == []
